// Somebody with a browser that keeps cookies: opens a page, presses a button, ends up at a redirect.
const unescape = (text) => text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

export class Browser {
  cookies = new Map();

  async open(url, form) {
    const headers = { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ") };
    const init = { headers, redirect: "manual", signal: AbortSignal.timeout(10_000) };
    const answer = await fetch(url, form ? { ...init, method: "POST", body: new URLSearchParams(form) } : init);
    for (const line of answer.headers.getSetCookie()) {
      const [pair] = line.split(";");
      const at = pair.indexOf("=");
      this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const location = answer.headers.get("location");
    return { status: answer.status, url: location && new URL(location, url), text: await answer.text() };
  }

  /// Presses a button of the first form of a page: sends its hidden fields along.
  press(page, url, button) {
    const form = page.text.slice(page.text.indexOf("<form"), page.text.indexOf("</form>"));
    const hidden = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    const fields = Object.fromEntries(hidden.map(([, name, value]) => [name, unescape(value)]));
    return this.open(url, { ...fields, ...button });
  }

  /// Logs in as that user and allows what is asked; gives the URL that the client is sent back to.
  async logIn(url, user = "alice") {
    const page = await this.open(url);
    if (page.url) return page.url;
    if (page.status !== 200) throw new Error(`the login page answers ${page.status}: ${page.text.slice(0, 300)}`);
    const action = new URL(url);
    action.search = "";
    const answer = await this.press(page, action, { user });
    if (!answer.url) throw new Error(`the login form answers ${answer.status}: ${answer.text.slice(0, 300)}`);
    return answer.url;
  }

  /// Enters a device's code and allows what it wants.
  async allowDevice(url, user = "alice") {
    const page = await this.open(url);
    if (page.status !== 200) throw new Error(`the page for devices answers ${page.status}`);
    const action = new URL(url);
    action.search = "";
    const answer = await this.press(page, action, { user });
    if (answer.status !== 200) throw new Error(`the form for devices answers ${answer.status}`);
  }
}
