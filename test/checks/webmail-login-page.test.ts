// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { expect, test } from "vitest";
import webmail from "../../checks/webmail-login-page.ts";
import { createAddressPolicy } from "../../src/net/addresses.ts";
import type { Issued } from "../support/certificates.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import { authority, certificate, reaching } from "../support/mail-world.ts";
import { startProxy } from "../support/proxy-server.ts";
import { type Receiver, type Reply, startReceiver } from "../support/receiver.ts";
import type { Zone } from "../support/zone.ts";

const host = "webmail.example.test";
const form = '<form><input name="user"><input class="x" type="password" name="pass"></form>';
const page = (body: string, status = 200): Reply => ({ status, headers: { "content-type": "text/html" }, body });
const leadingTo = (location: string): Reply => ({ status: 302, headers: { location } });

/** Hosts at addresses of this file alone, because browsers know the ports 443 and 80. */
const addresses = ["127.62.0.1", "127.62.0.2"];

interface Web {
  /** What https gives at the webmail's host; none: nobody listens. */
  readonly page?: Reply;
  /** What http gives there. */
  readonly plain?: Reply;
  /** Another host, and what it gives by https. */
  readonly other?: { readonly host: string; readonly page: Reply };
  readonly presents?: (name: string) => Promise<Pick<Issued, "chainPem" | "keyPem">>;
  readonly zone?: Zone;
  readonly options?: object;
  readonly isPublic?: (address: string) => boolean;
  /** Through a proxy, which alone knows the names; or where one should be. */
  readonly proxied?: "socks5" | "http" | "down";
}

const believed = async (name: string): Promise<Issued> => (await authority()).issue({ names: [name] });

const targetsOf = (names: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(names).flatMap(([name, address]) =>
      [80, 443].map((port) => [`${name}:${port}`, { host: address, port }] as const),
    ),
  );

const at =
  ({ page: own, plain, other, presents = believed, zone = {}, options = {}, isPublic = () => true, proxied }: Web) =>
  async () => {
    const started: Receiver[] = [];
    const serve = async (reply: Reply, address: string, tls?: string): Promise<void> => {
      const made = tls === undefined ? undefined : await (tls === host ? presents : believed)(tls);
      const where = { address, port: tls === undefined ? 80 : 443 };
      const receiver = await startReceiver(made && { key: made.keyPem, cert: made.chainPem }, where);
      receiver.replyWith(reply);
      started.push(receiver);
    };
    const [first = "", second = ""] = addresses;
    if (own) await serve(own, first, host);
    if (plain) await serve(plain, first);
    if (other) await serve(other.page, second, other.host);
    const names = { [host]: first, ...(other ? { [other.host]: second } : {}) };
    const proxy =
      proxied === "http" || proxied === "socks5" ? await startProxy({ kind: proxied, targets: targetsOf(names) }) : undefined;
    const way = proxied && `${proxied === "down" ? "http" : proxied}://127.0.0.1:${proxy?.port ?? 9}`;
    const known = proxied ? {} : Object.fromEntries(Object.entries(names).map(([name, address]) => [name, { A: [address] }]));
    const { ask } = await reaching({ ...known, ...zone });
    return {
      options: { url: `https://${host}/`, ...(way ? { proxy: way } : {}), ...options },
      ctx: { ...(ask ? { ask } : {}), isPublic, authorities: [(await authority()).certPem] },
      close: async () => {
        const sent = started.flatMap(({ received }) => received);
        for (const one of started) await one[Symbol.asyncDispose]();
        await proxy?.close();
        expect(sent.every(({ method, body }) => method === "GET" && body.length === 0)).toBe(true);
        expect(sent.some(({ headers }) => "cookie" in headers || "authorization" in headers)).toBe(false);
      },
    };
  };

const on = (web: Web, status: CheckCase["status"], findings: readonly string[], also?: CheckCase["also"]): CheckCase => ({
  world: at(web),
  status,
  findings,
  ...(also ? { also } : {}),
});

const exmail: Zone = { "example.test": { MX: ["5 mxbiz1.qq.com"] } };

testCheck(webmail, {
  "the page is there, and http leads to it": on(
    { page: page(form), plain: leadingTo(`https://${host}/`), options: { text: "password" } },
    "ok",
    [],
    ({ metrics }) => expect(metrics["page"]).toBeLessThan(5),
  ),
  "nothing at port 80": on({ page: page(form) }, "ok", []),
  "it asks for the password itself": on({ page: page("", 401) }, "ok", []),
  "a form made by a script, and a text in Chinese": on(
    { page: page("请登录"), options: { form: false, text: "登录" } },
    "ok",
    [],
  ),
  "a redirect to the provider that has the mail": on(
    { page: leadingTo("https://exmail.qq.com/login"), other: { host: "exmail.qq.com", page: page(form) }, zone: exmail },
    "ok",
    [],
  ),
  "a redirect to a provider that does not have the mail": on(
    { page: leadingTo("https://mail.zoho.com/"), other: { host: "mail.zoho.com", page: page(form) }, zone: exmail },
    "critical",
    ["webmail-elsewhere"],
    ({ findings }) =>
      expect(findings[0]?.data).toMatchObject({ host: "mail.zoho.com", service: "Zoho Mail", domain: "example.test" }),
  ),
  "a redirect to a provider, and nobody knows who has the mail": on(
    {
      page: leadingTo("https://mail.zoho.com/"),
      other: { host: "mail.zoho.com", page: page(form) },
      zone: { "example.test": "SERVFAIL" },
    },
    "ok",
    [],
  ),
  "a redirect to the former provider": on(
    {
      page: leadingTo("https://mail.old.test/"),
      other: { host: "mail.old.test", page: page(form) },
      options: { former: ["old.test"], hosts: ["mail.old.test"] },
    },
    "critical",
    ["webmail-elsewhere"],
  ),
  "a redirect to a stranger": on(
    { page: leadingTo("https://login.strange.test/"), other: { host: "login.strange.test", page: page(form) } },
    "warning",
    ["webmail-redirected"],
  ),
  "a redirect to a host that is allowed": on(
    {
      page: leadingTo("https://login.strange.test/"),
      other: { host: "login.strange.test", page: page(form) },
      options: { hosts: ["strange.test"] },
    },
    "ok",
    [],
  ),
  "redirects without end": on({ page: leadingTo("/again") }, "critical", ["webmail-loop"]),
  "https leads to http": on({ page: leadingTo(`http://${host}/plain`) }, "critical", ["webmail-plain"]),
  "http stays http": on({ plain: page(form), options: { url: `http://${host}/` } }, "critical", ["webmail-plain"]),
  "http beside https": on({ page: page(form), plain: page(form) }, "warning", ["webmail-http-open"]),
  "the certificate has ended": on(
    { page: page(form), presents: async (name) => (await authority()).issueExpired({ names: [name] }) },
    "critical",
    ["webmail-certificate"],
    ({ findings }) => expect(findings[0]?.data["problem"]).toBe("CERT_HAS_EXPIRED"),
  ),
  "the certificate is another host's": on({ page: page(form), presents: () => certificate("otherHost") }, "critical", [
    "webmail-certificate",
  ]),
  "through a SOCKS5 proxy, redirects too": on(
    {
      page: leadingTo("https://login.example.test/"),
      other: { host: "login.example.test", page: page(form) },
      proxied: "socks5",
    },
    "ok",
    [],
  ),
  "through an HTTP proxy": on({ page: page(form), proxied: "http" }, "ok", []),
  "the proxy does not work: the page is not judged": on(
    { page: page(form), proxied: "down" },
    "unknown",
    ["proxy-failed"],
    ({ findings }) => expect(findings[0]?.data).toMatchObject({ host, proxy: "127.0.0.1:9" }),
  ),
  "the proxy works, and the page is not there": on({ proxied: "http" }, "critical", ["webmail-unreachable"]),
  ...Object.fromEntries(
    ["http://10.0.0.1/", "https://intranet/", "https://nas.local/", "https://router.home.arpa/"].map((inside) => [
      `behind a proxy nobody is led inside: ${inside}`,
      on({ page: leadingTo(inside), proxied: "http", isPublic: createAddressPolicy() }, "unknown", ["webmail-unjudged"]),
    ]),
  ),
  "Google's page is out of reach: in China the way there is blocked": on(
    { zone: { "mail.google.com": { A: ["127.0.0.1"] } }, options: { url: "https://mail.google.com:9/" } },
    "unknown",
    ["path-blocked"],
  ),
  "nobody listens": on({}, "critical", ["webmail-unreachable"]),
  "the name is gone": on({ zone: { [host]: "nxdomain" } }, "critical", ["webmail-unreachable"]),
  "the name cannot be looked up": on({ zone: { [host]: "SERVFAIL" } }, "unknown", ["webmail-unjudged"]),
  "an address that is not public": on({ page: page(form), isPublic: createAddressPolicy() }, "unknown", ["webmail-unjudged"]),
  "out of order": on({ page: page("Bad gateway", 502) }, "critical", ["webmail-status"]),
  "robots are turned away": on({ page: page("Are you human?", 403) }, "unknown", ["webmail-unjudged"]),
  "another page": on(
    { page: page(`<title>This domain is for sale</title>${form}`), options: { text: "Example Ltd" } },
    "critical",
    ["webmail-text-missing"],
  ),
  "no form": on({ page: page("<p>Welcome. type=password</p>") }, "warning", ["webmail-form-missing"]),
  slow: on({ page: page(form), options: { slow: 0.001 } }, "warning", ["webmail-slow"]),
  "a page of tags without end": on(
    { page: page("<input ".repeat(140_000)) },
    "warning",
    ["webmail-form-missing"],
    ({ durationMs }) => expect(durationMs).toBeLessThan(5_000),
  ),
});

test("webmail-login-page wants a web address", () => {
  expect(webmail.options.safeParse({ url: "mail.example.com" }).success).toBe(false);
  expect(webmail.target(webmail.options.parse({ url: "https://Mail.example.com/a" }))).toBe("mail.example.com");
});
