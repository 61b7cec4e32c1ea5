// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { expect, test } from "vitest";
import providerStatus from "../../checks/provider-status.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import { authority, certificate, mailHost, reaching, secretOf } from "../support/mail-world.ts";
import { startProxy } from "../support/proxy-server.ts";
import { type Reply, startReceiver } from "../support/receiver.ts";

const token = "eyJ0b2tlbg.of.ours";
const since = "2026-11-22T10:00:00Z";

interface Given {
  readonly reply: Reply;
  readonly options?: object;
  readonly isPublic?: boolean;
  readonly proxied?: true;
  /** What the server must have been sent. */
  readonly expectSent?: (headers: Readonly<Record<string, unknown>>[]) => void;
}

/** The page of a provider on loopback, with a certificate that is believed. */
const at =
  ({ reply, options = {}, isPublic = true, proxied, expectSent }: Given) =>
  async () => {
    const { keyPem, chainPem } = await certificate("good");
    const receiver = await startReceiver({ key: keyPem, cert: chainPem, host: mailHost });
    receiver.replyWith(reply);
    const proxy =
      proxied && (await startProxy({ kind: "socks5", targets: { [`${mailHost}:${receiver.port}`]: { port: receiver.port } } }));
    const { ask } = await reaching(proxied ? {} : { [mailHost]: { A: ["127.0.0.1"] } });
    return {
      options: {
        provider: "Example Mail",
        url: `https://${mailHost}:${receiver.port}/summary.json`,
        format: "statuspage",
        ...(proxy ? { proxy: `socks5://${proxy.host}:${proxy.port}` } : {}),
        ...options,
      },
      ctx: { ...(ask ? { ask } : {}), isPublic: () => isPublic, authorities: [(await authority()).certPem] },
      close: async () => {
        const sent = receiver.received.map(({ headers }) => headers);
        await receiver[Symbol.asyncDispose]();
        await proxy?.close();
        expectSent?.(sent);
      },
    };
  };

const json = (value: unknown): Reply => ({ status: 200, body: JSON.stringify(value) });
const page = (...incidents: readonly object[]): Reply => json({ page: { name: "Example" }, incidents, components: [] });
const incident = (name: string, impact: string, service: string, more: object = {}) => ({
  name,
  impact,
  status: "investigating",
  created_at: since,
  shortlink: "https://stspg.io/x",
  components: [{ name: service, status: "degraded_performance" }],
  ...more,
});

const on = (given: Given, status: CheckCase["status"], findings: readonly string[], also?: CheckCase["also"]): CheckCase => ({
  world: at(given),
  status,
  findings,
  ...(also ? { also } : {}),
});

testCheck(
  providerStatus,
  {
    "no incident": on({ reply: page() }, "ok", [], ({ metrics }) => expect(metrics["incidents"]).toBe(0)),
    "an outage of mail, with title, since when and where": on(
      { reply: page(incident("Mailboxes are down", "critical", "Mail"), incident("Mail is late", "minor", "SMTP relay")) },
      "critical",
      ["provider-outage", "provider-trouble"],
      ({ findings, metrics }) => {
        expect(metrics["incidents"]).toBe(2);
        expect(findings[0]?.data).toEqual({
          provider: "Example Mail",
          service: "Mail",
          title: "Mailboxes are down",
          since: "2026-11-22 10:00 UTC",
          word: "critical",
          link: "https://stspg.io/x",
        });
      },
    ),
    "an outage of something else": on({ reply: page(incident("Calls drop", "critical", "Meetings")) }, "ok", []),
    "an outage of something else that is counted by wish": on(
      { reply: page(incident("Calls drop", "critical", "Meetings")), options: { services: ["meetings"] } },
      "critical",
      ["provider-outage"],
    ),
    "an incident that names no service is known by its title": on(
      {
        reply: page(
          incident("Mail is late", "major", "", { components: [] }),
          incident("Calls drop", "major", "", { components: [] }),
        ),
      },
      "warning",
      ["provider-trouble"],
    ),
    ...Object.fromEntries(
      ["企业邮箱", "電子郵件", "メール配信", "Correo electrónico", "Amazon WorkMail", "Exchange Online Protection"].map(
        (service) => [
          `a mail service in other words: ${service}`,
          on({ reply: page(incident("x", "major", service)) }, "warning", ["provider-trouble"]),
        ],
      ),
    ),
    ...Object.fromEntries(
      ["Google Voicemail", "Voice mail", "语音信箱", "Calendar", "聊天", "Drive"].map((service) => [
        `another service: ${service}`,
        on({ reply: page(incident("x", "critical", service)) }, "ok", []),
      ]),
    ),
    "a page that asks to be left alone": on(
      { reply: { status: 429, body: "", headers: { "retry-after": "Sun, 22 Nov 2026 12:10:00 GMT" } } },
      "unknown",
      ["status-unread"],
      (_observation, { memory }) => expect(memory).toEqual({ notBefore: Date.parse("2026-11-22T12:10:00Z") }),
    ),
    "a maintenance": on({ reply: page(incident("Mail store moves", "maintenance", "Mail")) }, "ok", ["provider-notice"]),
    "more incidents than anybody reads": on(
      { reply: page(...Array.from({ length: 40 }, (_, i) => incident(`Mail ${i}`, "minor", "Mail"))) },
      "warning",
      Array.from({ length: 5 }, () => "provider-trouble"),
    ),
    "Google Workspace": on(
      {
        reply: json([
          { id: "g", begin: since, service_name: "Gmail", status_impact: "SERVICE_DISRUPTION", external_desc: "Mail is late" },
        ]),
        options: { format: "google" },
      },
      "warning",
      ["provider-trouble"],
    ),
    "a feed": on(
      {
        reply: {
          status: 200,
          body: `<rss><channel><item><title>Mail outage</title><pubDate>${since}</pubDate></item></channel></rss>`,
        },
        options: { format: "feed" },
      },
      "critical",
      ["provider-outage"],
    ),
    "Microsoft 365, with a token": on(
      {
        reply: json({ value: [{ id: "Exchange", service: "Exchange Online", status: "serviceInterruption" }] }),
        options: { format: "graph", token: secretOf(token) },
        expectSent: (sent) => expect(sent.map(({ authorization }) => authorization)).toEqual([`Bearer ${token}`]),
      },
      "critical",
      ["provider-outage"],
    ),
    "a token that is refused": on(
      { reply: { status: 401, body: "{}" }, options: { format: "graph", token: secretOf(token) } },
      "unknown",
      ["status-refused"],
      ({ evidence }) => expect(evidence.join("\n")).not.toContain(token),
    ),
    "a redirect is not followed with a token": on(
      {
        reply: { status: 302, headers: { location: `https://${mailHost}/elsewhere` } },
        options: { format: "graph", token: secretOf(token) },
        expectSent: (sent) => expect(sent).toHaveLength(1),
      },
      "unknown",
      ["status-unread"],
    ),
    "through a proxy": on({ reply: page(incident("Mail is late", "minor", "Mail")), proxied: true }, "warning", [
      "provider-trouble",
    ]),
    "the proxy does not work": on(
      { reply: page(), options: { proxy: "http://127.0.0.1:9" } },
      "unknown",
      ["proxy-failed"],
      ({ findings }) => expect(findings[0]?.data).toMatchObject({ host: mailHost, proxy: "127.0.0.1:9" }),
    ),
    "out of reach where the way is known to be blocked": on(
      { reply: page(), options: { url: `https://${mailHost}:9/`, blockedInChina: true } },
      "unknown",
      ["path-blocked"],
    ),
    "the same where it is not": on({ reply: page(), options: { url: `https://${mailHost}:9/` } }, "unknown", ["status-unread"]),
    "what was answered was not blocked": on({ reply: { status: 500, body: "" }, options: { blockedInChina: true } }, "unknown", [
      "status-unread",
    ]),
    "a page that is not there any more": on(
      { reply: { status: 404, body: "" } },
      "unknown",
      ["status-unread"],
      ({ findings }) => {
        expect(findings[0]?.data["page"]).toContain(mailHost);
        expect(findings[0]?.data["reason"]).toBe("status 404");
      },
    ),
    "a page that is something else": on({ reply: { status: 200, body: "<html>All systems operational</html>" } }, "unknown", [
      "status-unread",
    ]),
    "a page without end": on({ reply: "endless" }, "unknown", ["status-unread"], ({ findings }) =>
      expect(findings[0]?.data["reason"]).toContain("longer than 4194304 bytes"),
    ),
    "a page at an address that is not public": on({ reply: page(), isPublic: false }, "unknown", ["status-unread"]),
  },
  {
    shownElsewhere: {
      "status-no-token": "test/checks/provider-status-graph.test.ts",
      "status-not-granted": "test/checks/provider-status-graph.test.ts",
    },
  },
);

test("provider-status sends a token by https alone, and names the host it looks at", () => {
  const given = { provider: "x", format: "graph", token: secretOf(token) };
  expect(providerStatus.options.safeParse({ ...given, url: "http://status.example.test/" }).error?.issues[0]?.message).toBe(
    "must begin with https:// where a token is sent",
  );
  const options = providerStatus.options.parse({ ...given, url: "https://status.example.test/a" });
  expect(providerStatus.target(options)).toBe("status.example.test");
});
