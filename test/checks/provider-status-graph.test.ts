// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { once } from "node:events";
import { createServer } from "node:https";
import { expect, test } from "vitest";
import providerStatus from "../../checks/provider-status.ts";
import type { OAuth } from "../../src/model/oauth.ts";
import { type CheckCase, testCheck, testNow } from "../support/check-tester.ts";
import { authority, certificate, mailHost, reaching, secretOf } from "../support/mail-world.ts";
import { startProxy } from "../support/proxy-server.ts";
import { clientSecret, refusal, startTokenServer, type TokenReply } from "../support/token-server.ts";

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | object;
}
interface Asked {
  readonly path: string;
  readonly authorization: string;
}

const root = "/v1.0/admin/serviceAnnouncement";
const exchange = (status: string, more: object = {}) => ({ id: "Exchange", service: "Exchange Online", status, ...more });
const issue = (title: string, more: object = {}) => ({
  id: "EX12345",
  title,
  service: "Exchange Online",
  status: "serviceDegradation",
  classification: "incident",
  isResolved: false,
  startDateTime: "2026-11-22T10:00:00Z",
  ...more,
});
const value = (...entries: readonly object[]): Answer => ({ body: { value: entries } });

interface Given {
  readonly overviews?: Answer;
  readonly issues?: Answer | ((page: number, base: string) => Answer);
  readonly token?: TokenReply;
  readonly secret?: string;
  readonly proxied?: true;
  readonly china?: true;
  readonly asked?: (graph: readonly Asked[], token: readonly Readonly<Record<string, string>>[]) => void;
}

/** Microsoft Graph and its token server on loopback. */
const at =
  ({ overviews = value(exchange("serviceOperational")), issues = value(), ...more }: Given): NonNullable<CheckCase["world"]> =>
  async () => {
    const made = await certificate("good");
    const tokens = await startTokenServer({ certificate: made, user: "app" });
    if (more.token) tokens.answer(more.token);
    const asked: Asked[] = [];
    const server = createServer({ cert: made.chainPem, key: made.keyPem }, (request, response) => {
      const path = request.url ?? "";
      asked.push({ path, authorization: request.headers.authorization ?? "" });
      const page = asked.filter((one) => one.path.includes("/issues")).length;
      const issued = typeof issues === "function" ? issues(page, `https://${request.headers.host}`) : issues;
      const { status = 200, headers = {}, body = "" } = path.includes("/issues") ? issued : overviews;
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const targets = {
      [`${mailHost}:${address.port}`]: { port: address.port },
      [`${mailHost}:${tokens.port}`]: { port: tokens.port },
    };
    const proxy = more.proxied && (await startProxy({ kind: "http", targets }));
    const oauth: OAuth = {
      kind: more.china ? "microsoft365-china" : "microsoft365",
      name: "tenant",
      audience: "graph",
      clientId: "client1",
      tenant: "own.test",
      secret: secretOf(more.secret ?? clientSecret),
      tokenUrl: `https://${mailHost}:${tokens.port}/own.test/oauth2/v2.0/token`,
      hide: () => undefined,
      unhide: () => undefined,
    };
    const { ask } = await reaching(more.proxied ? {} : { [mailHost]: { A: ["127.0.0.1"] } });
    return {
      options: {
        provider: "Microsoft 365",
        url: `https://${mailHost}:${address.port}${root}/healthOverviews`,
        format: "graph",
        oauth,
        ...(proxy ? { proxy: `http://${proxy.host}:${proxy.port}` } : {}),
      },
      ctx: { ...(ask ? { ask } : {}), authorities: [(await authority()).certPem] },
      close: async () => {
        server.closeAllConnections();
        server.close();
        await tokens.close();
        await proxy?.close();
        more.asked?.(
          asked,
          tokens.requests.map(({ form }) => form),
        );
      },
    };
  };

const ok = { status: "ok", findings: [] } as const;
const unread = (reason: string) =>
  ({
    status: "unknown",
    findings: ["status-unread"],
    also: ({ findings }) => expect(findings[0]?.data["reason"]).toContain(reason),
  }) satisfies CheckCase;

testCheck(
  providerStatus,
  {
    "all is well: one token, the services and their open issues": {
      world: at({
        asked: (graph, token) => {
          expect(graph.map(({ path }) => path)).toEqual([
            `${root}/healthOverviews`,
            `${root}/issues?$filter=isResolved%20eq%20false&$top=100`,
          ]);
          expect(new Set(graph.map(({ authorization }) => authorization.slice(0, 10)))).toEqual(new Set(["Bearer eyJ"]));
          expect(token).toMatchObject([{ grant_type: "client_credentials", scope: "https://graph.microsoft.com/.default" }]);
        },
      }),
      ...ok,
    },
    "the cloud in China has a token of its own": {
      world: at({
        china: true,
        asked: (_graph, token) => expect(token[0]?.["scope"]).toBe("https://microsoftgraph.chinacloudapi.cn/.default"),
      }),
      ...ok,
    },
    "an incident of mail is told with its number; those of others are not": {
      world: at({
        overviews: value(exchange("serviceDegradation"), { ...exchange("serviceInterruption"), service: "Microsoft Teams" }),
        issues: value(issue("Mail is late"), issue("Calls drop", { service: "Microsoft Teams", status: "serviceInterruption" })),
      }),
      status: "warning",
      findings: ["provider-trouble"],
      also: ({ findings }) =>
        expect(findings[0]?.data).toMatchObject({
          service: "Exchange Online",
          title: "EX12345: Mail is late",
          since: "2026-11-22 10:00 UTC",
          word: "serviceDegradation",
        }),
    },
    "an interruption": {
      world: at({ issues: value(issue("Nobody gets in", { status: "serviceInterruption" })) }),
      status: "critical",
      findings: ["provider-outage"],
    },
    "an advisory is no trouble": {
      world: at({
        overviews: value(exchange("serviceDegradation")),
        issues: value(issue("A report is late", { classification: "advisory" })),
      }),
      status: "ok",
      findings: ["provider-notice"],
    },
    "a service that is down without an issue": {
      world: at({ overviews: value(exchange("serviceInterruption")) }),
      status: "critical",
      findings: ["provider-outage"],
    },
    "issues that cannot be read leave the services": {
      world: at({ overviews: value(exchange("serviceInterruption")), issues: { status: 500 } }),
      status: "critical",
      findings: ["provider-outage"],
    },
    "a second page is read": {
      world: at({
        issues: (page, base) =>
          page === 1
            ? { body: { value: [], "@odata.nextLink": `${base}${root}/issues?$skiptoken=2` } }
            : value(issue("On the second page")),
        asked: (graph) => expect(graph.at(-1)?.path).toBe(`${root}/issues?$skiptoken=2`),
      }),
      status: "warning",
      findings: ["provider-trouble"],
    },
    "pages without end": {
      world: at({
        issues: (page, base) => ({ body: { value: [], "@odata.nextLink": `${base}${root}/issues?$skiptoken=${page}` } }),
        asked: (graph) => expect(graph).toHaveLength(6),
      }),
      ...ok,
      also: ({ evidence }) => expect(evidence.join("\n")).toContain("more than 5 pages"),
    },
    "a next page elsewhere is not gone to with our token": {
      world: at({
        issues: () => ({ body: { value: [], "@odata.nextLink": "https://evil.test/admin/serviceAnnouncement/issues" } }),
        asked: (graph) => expect(graph).toHaveLength(2),
      }),
      ...ok,
    },
    "nor one in another folder of the same server": {
      world: at({
        issues: (_page, base) => ({ body: { value: [], "@odata.nextLink": `${base}/v1.0/users` } }),
        asked: (graph) => expect(graph).toHaveLength(2),
      }),
      ...ok,
    },
    "a redirect is not followed with our token": {
      world: at({
        overviews: { status: 302, headers: { location: "https://evil.test/" } },
        asked: (graph) => expect(graph).toHaveLength(1),
      }),
      ...unread("redirects (302)"),
    },
    "no token: it is our credential, and Graph is not asked": {
      world: at({ secret: "wrong", asked: (graph) => expect(graph).toEqual([]) }),
      status: "unknown",
      findings: ["status-no-token"],
      also: ({ findings }) => {
        expect(findings[0]?.data["credential"]).toBe("tenant");
        expect(findings[0]?.data["reason"]).toContain("AADSTS7000215");
      },
    },
    "the secret has ended": {
      world: at({ token: refusal(401, "invalid_client", "AADSTS7000222: The provided client secret keys are expired.") }),
      status: "unknown",
      findings: ["status-no-token"],
    },
    "the credential is for mail alone": {
      world: at({ overviews: { status: 403, body: { error: { code: "UnknownError" } } } }),
      status: "ok",
      findings: ["status-not-granted"],
    },
    "a token that Graph does not take": {
      world: at({ overviews: { status: 401 } }),
      status: "unknown",
      findings: ["status-refused"],
    },
    "it is asked too often: it is left alone for as long as it says": {
      world: at({ overviews: { status: 429, headers: { "retry-after": "1800" } } }),
      ...unread("status 429"),
      also: (_observation, { memory }) => expect(memory).toEqual({ notBefore: testNow + 1_800_000 }),
    },
    "until then nothing is sent": {
      memory: { notBefore: testNow + 60_000 },
      world: at({ asked: (graph, token) => expect([...graph, ...token]).toEqual([]) }),
      ...unread("it asks to be left alone for 60 s"),
    },
    "a time without measure is cut, and one that is over does not count": {
      memory: { notBefore: testNow - 1 },
      world: at({ overviews: { status: 503, headers: { "retry-after": "99999999" } } }),
      ...unread("status 503"),
      also: (_observation, { memory }) => expect(memory).toEqual({ notBefore: testNow + 6 * 3_600_000 }),
    },
    "through the mailbox's proxy, the token server, too": {
      world: at({ proxied: true, asked: (graph, token) => expect([graph.length, token.length]).toEqual([2, 1]) }),
      ...ok,
    },
    ...Object.fromEntries(
      Object.entries({
        "no JSON": "<html>",
        "JSON of something else": '{"value":{"a":1}}',
        "entries that are none": '{"value":[1,null,"x",{"service":7}]}',
        nothing: "",
        "nested without end": "[".repeat(100_000),
        "another prototype": '{"__proto__":{"value":[]},"constructor":{"prototype":1}}',
      }).map(([name, body]): [string, CheckCase] => [
        `hostile: ${name}`,
        { world: at({ overviews: { body } }), ...unread("cannot be read") },
      ]),
    ),
    "a next page that is no address": {
      world: at({ issues: { body: { value: [], "@odata.nextLink": "::::" } } }),
      ...ok,
    },
  },
  {
    shownElsewhere: Object.fromEntries(
      ["provider-notice", "status-refused", "path-blocked", "proxy-failed"].map((code) => [
        code,
        "test/checks/provider-status.test.ts",
      ]),
    ),
  },
);

test("a credential is for the format graph alone, goes by https, and is one of Microsoft's", () => {
  const oauth = {
    kind: "microsoft365",
    name: "x",
    clientId: "x",
    tenant: "x",
    secret: secretOf("x"),
    hide: () => undefined,
    unhide: () => undefined,
  };
  const fits = (more: object) =>
    providerStatus.options.safeParse({ provider: "x", url: "https://graph.example.test/", format: "graph", oauth, ...more })
      .success;
  expect(fits({})).toBe(true);
  expect(fits({ format: "feed" })).toBe(false);
  expect(fits({ token: secretOf("y") })).toBe(false);
  expect(fits({ url: "http://graph.example.test/" })).toBe(false);
  expect(fits({ oauth: { ...oauth, kind: "google-service-account" } })).toBe(false);
});
