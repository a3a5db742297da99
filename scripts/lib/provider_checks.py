"""Checks of `mcp-authspec idp` from outside, for scripts/e2e."""

import contextlib
import gzip
import json
import os
import pathlib
import signal
import ssl
import stat
import subprocess
import time
import urllib.error
import urllib.request

MARK = "AUTHSPEC_E2E"


class Provider:
    """A provider that runs; `about` is the first line that it prints."""

    def __init__(self, binary, *flags, env=None):
        self.process = subprocess.Popen(
            [binary, "idp", "--port", "0", *map(str, flags)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, **(env or {})},
        )
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(self.process.communicate()[1])
        self.about = json.loads(line)
        self.origin = self.about["origin"]

    def end(self, how=signal.SIGTERM):
        """Its exit code, and what it said."""
        self.process.send_signal(how)
        try:
            _, said = self.process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise RuntimeError("it did not end within 10 s of the signal") from None
        return self.process.returncode, said

    def ask(self, path, body=None, method=None, headers=None, ca=None):
        """Status, headers, bytes."""
        request = urllib.request.Request(self.origin + path, method=method, headers=headers or {})
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        context = ssl.create_default_context(cafile=ca) if ca else None
        try:
            with urllib.request.urlopen(request, timeout=10, context=context) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def steer(self, path, body=None, **more):
        status, _, text = self.ask("/_ctl" + path, body, **more)
        if status // 100 != 2:
            raise RuntimeError(f"{path}: {status} {text.decode()}")
        return json.loads(text)


@contextlib.contextmanager
def running(binary, *flags, env=None):
    provider = Provider(binary, *flags, env=env)
    try:
        yield provider
    finally:
        if provider.process.poll() is None:
            provider.end()


def register(check, expect, ran, binary):
    """`binary` is called for the program's path, which is known only once the checks begin."""

    @check("idp ends with exit code 0 on SIGTERM, whoever waits for its journal")
    def _(_folder):
        provider = Provider(binary())
        stream = urllib.request.urlopen(provider.origin + "/_ctl/journal/stream", timeout=10)
        begin = time.monotonic()
        code, said = provider.end()
        stream.close()
        expect(code == 0, f"exit code {code}: {said}")
        expect(time.monotonic() - begin < 3, "it took its time")

    @check("idp serves https, and healthcheck and token trust its authority")
    def _(folder):
        ca = f"{folder}/ca.pem"
        with running(binary(), "--https", "--ca-out", ca, "--name", "idp.test") as provider:
            expect(provider.origin.startswith("https://"), provider.origin)
            status, _, _ = provider.ask("/i/main/jwks", ca=ca)
            expect(status == 200, f"status {status}")
            ran("healthcheck", "--ca", ca, provider.origin + "/healthz").exits(0)
            ran("healthcheck", provider.origin + "/healthz").exits(1).one_line()
            token = ran("token", "--idp", provider.origin, "--ca", ca).exits(0).out
            expect(token.startswith("eyJ"), token)
        ran("idp", "--port", "0", "--ca-out", ca).exits(2).one_line().says("--https")

    @check("idp --keys serves the same keys after a restart")
    def _(folder):
        keys = pathlib.Path(folder) / "keys"
        with running(binary(), "--keys", keys, "--alg", "ES256") as provider:
            provider.steer("/issuers/main/keys/rotate", {})
            _, _, before = provider.ask("/i/main/jwks")
        mode = stat.S_IMODE((keys / "keys-main.json").stat().st_mode)
        expect(mode == 0o600, f"mode {mode:o}")
        with running(binary(), "--keys", keys, "--alg", "ES256") as provider:
            _, _, after = provider.ask("/i/main/jwks")
        expect(before == after and len(json.loads(after)["keys"]) == 2, after.decode())
        (keys / "keys-main.json").write_text('{"keys": 1}')
        ran("idp", "--port", "0", "--keys", keys).exits(2).one_line().says("keys-main.json: /keys")

    @check("idp is configured by a file, by the environment and by flags, in this order")
    def _(folder):
        file = pathlib.Path(folder) / "idp.json"
        file.write_text("""{
          // as people write it
          "issuers": ["from-file"], "profile": "strict",
          "faults": [{"endpoint": "jwks", "kind": "status", "times": 1}]
        }""")
        with running(binary(), "--config", file) as provider:
            expect(provider.about["issuer"].endswith("/i/from-file"), provider.about["issuer"])
            statuses = [provider.ask("/i/from-file/jwks")[0] for _ in range(2)]
            expect(statuses == [503, 200], statuses)
        env = {"MOCK_IDP_CONFIG": file.read_text(), "MOCK_IDP_ISSUERS": "from-variable"}
        with running(binary(), env=env) as provider:
            expect(provider.about["issuer"].endswith("/i/from-variable"), provider.about["issuer"])
        with running(binary(), "--issuer", "from-flag", env=env) as provider:
            expect(provider.about["issuer"].endswith("/i/from-flag"), provider.about["issuer"])
        env = {"MOCK_IDP_PORT": "x"}
        ran("idp", env=env).exits(2).one_line().says("MOCK_IDP_PORT has to be a whole number")
        env = {"MOCK_IDP_CONFIG": '{"prot": 1}'}
        ran("idp", env=env).exits(2).one_line().says("MOCK_IDP_CONFIG", "/prot", "did you mean port")
        file.write_text('{"faults": [{"endpoint": "jwks", "kind": "x"}]}')
        ran("idp", "--port", "0", "--config", file).exits(2).one_line().says("/faults/0/kind")
        ran("idp", "--config", f"{folder}/none").exits(2).one_line().says(f"{folder}/none")
        schema = json.loads(ran("idp", "--config-schema").exits(0).out)
        expect("port" in schema["properties"], schema)

    @check("idp that others reach takes a token for steering, and prints it")
    def _(_folder):
        provider = Provider(binary(), "--host", "0.0.0.0")
        status, _, _ = provider.ask("/_ctl/mint", {})
        expect(status == 401, f"status {status}")
        expect(provider.ask("/i/main/jwks")[0] == 200, "the issuer itself is open")
        _, said = provider.end()
        expect("Authorization: Bearer " in said, said)
        env = {"MOCK_IDP_ADMIN_TOKEN": "let-me-in"}
        provider = Provider(binary(), "--host", "0.0.0.0", env=env)
        ran("token", "--idp", provider.origin).exits(2).one_line().says("admin token")
        ran("token", "--idp", provider.origin, env=env).exits(0)
        _, said = provider.end()
        expect("let-me-in" not in said, "it shows a token that somebody chose")

    @check("a gzip bomb of idp is one, for others too")
    def _(_folder):
        with running(binary()) as provider:
            provider.steer("/faults", {"endpoint": "jwks", "kind": "gzip-bomb", "bytes": 1 << 20})
            _, headers, body = provider.ask("/i/main/jwks")
            expect(headers["Content-Encoding"] == "gzip", headers)
            expect(len(body) < 2000, f"{len(body)} bytes")
            expect(json.loads(gzip.decompress(body)) == {"keys": []}, "it is no key set")
