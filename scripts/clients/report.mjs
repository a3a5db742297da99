// Runs named checks one after the other and says how each ended.
let failed = 0;

export async function check(name, run) {
  try {
    await run();
    console.log(`good    ${name}`);
  } catch (error) {
    failed += 1;
    const cause = error.cause ? ` (${error.cause.message ?? JSON.stringify(error.cause)})` : "";
    console.log(`FAILED  ${name}: ${error.message}${cause}`);
    if (process.env.TRACE) console.log(error);
  }
}

export function same(got, wanted, what) {
  const [one, other] = [JSON.stringify(got), JSON.stringify(wanted)];
  if (one !== other) throw new Error(`${what} is ${one}, not ${other}`);
}

/// Awaits a rejection whose `error` (or message) is `code`.
export async function refused(promise, code) {
  try {
    await promise;
  } catch (error) {
    if (error.error === code || String(error.message).includes(code)) return;
    throw new Error(`refused with ${error.error ?? error.message}, not ${code}`);
  }
  throw new Error(`not refused with ${code}`);
}

export function end() {
  process.exit(failed === 0 ? 0 : 1);
}
