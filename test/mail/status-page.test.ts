import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readStatusPage, type StatusFormat, statusFormats } from "../../src/mail/status-page.ts";

const now = Date.UTC(2026, 10, 22, 12);
const url = "https://status.example.test/summary.json";
const read = (format: StatusFormat, body: unknown) =>
  readStatusPage(format, { url, now, text: typeof body === "string" ? body : JSON.stringify(body) });

const item = (title: string, at: string, more = ""): string =>
  `<item><title>${title}</title><pubDate>${at}</pubDate>${more}</item>`;
const rss = (...items: readonly string[]): string =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>Status</title>${items.join("")}</channel></rss>`;
const today = "Sun, 22 Nov 2026 10:00:00 GMT";
const earlier = "Sun, 22 Nov 2026 09:00:00 GMT";

describe("google", () => {
  const incident = {
    id: "a",
    begin: "2026-11-22T10:00:00+00:00",
    service_name: "Gmail",
    external_desc: "**Title**\nMail is slow",
  };

  test.each([
    [{ status_impact: "SERVICE_OUTAGE" }, "outage"],
    [{ status_impact: "SERVICE_DISRUPTION", severity: "high" }, "trouble"],
    [{ status_impact: "SERVICE_INFORMATION" }, "notice"],
    [{ severity: "high" }, "outage"],
    [{ severity: "low" }, "trouble"],
  ])("%o is %s", (more, grade) => {
    expect(read("google", [{ ...incident, ...more }])).toMatchObject([{ grade, services: ["Gmail"], title: "Mail is slow" }]);
  });

  test.each([
    { end: "2026-11-22T11:00:00+00:00" },
    { most_recent_update: { status: "AVAILABLE" } },
    { begin: "2026-11-23T11:00:00+00:00" },
  ])("what is over, or not yet, is left out: %o", (more) => {
    expect(read("google", [{ ...incident, ...more }])).toEqual([]);
  });

  test("names every product, since when, and where it is told", () => {
    const more = {
      service_name: "Multiple",
      affected_products: [{ title: "Google Chat" }, { title: "Gmail" }],
      uri: "incidents/x1",
    };
    expect(read("google", [{ ...incident, ...more }])).toMatchObject([
      {
        services: ["Multiple", "Google Chat", "Gmail"],
        since: Date.UTC(2026, 10, 22, 10),
        link: "https://status.example.test/incidents/x1",
      },
    ]);
  });
});

describe("statuspage", () => {
  const page = { page: { name: "Some" }, incidents: [], components: [] };
  const incident = { name: "Mail late", status: "investigating", impact: "minor", created_at: "2026-11-22T10:00:00Z" };
  const mail = { name: "Mail delivery", status: "degraded_performance" };

  test.each([
    [{ impact: "critical" }, "outage"],
    [{ impact: "major" }, "trouble"],
    [{ impact: "minor", components: [{ ...mail, status: "major_outage" }] }, "outage"],
    [{ impact: "none" }, "notice"],
    [{ impact: "maintenance" }, "notice"],
  ])("%o is %s", (more, grade) => {
    expect(read("statuspage", { ...page, incidents: [{ ...incident, ...more }] })).toMatchObject([{ grade }]);
  });

  test("what is resolved, and a maintenance that is only planned, is left out", () => {
    const incidents = [
      { ...incident, status: "resolved" },
      { ...incident, status: "postmortem" },
    ];
    const planned = [{ ...incident, status: "scheduled", impact: "maintenance" }];
    expect(read("statuspage", { ...page, incidents, scheduled_maintenances: planned })).toEqual([]);
  });

  test("a component that is not well counts without an incident, and not twice with one", () => {
    expect(read("statuspage", { ...page, components: [mail, { name: "Web", status: "operational" }] })).toMatchObject([
      { title: "Mail delivery", grade: "trouble", word: "degraded_performance", since: undefined },
    ]);
    const incidents = [{ ...incident, components: [mail] }];
    expect(read("statuspage", { ...page, incidents, components: [mail] })).toHaveLength(1);
  });

  test("a link that is no https leads to the page", () => {
    const incidents = [{ ...incident, shortlink: "javascript:alert(1)" }];
    expect(read("statuspage", { ...page, incidents })).toMatchObject([{ link: url }]);
  });
});

describe("graph", () => {
  const exchange = { id: "Exchange", service: "Exchange Online" };

  test.each([
    ["serviceInterruption", "outage"],
    ["serviceDegradation", "trouble"],
    ["extendedRecovery", "trouble"],
    ["ServiceInterruption", "outage"],
  ])("an overview of %s is %s", (status, grade) => {
    expect(read("graph", { value: [{ ...exchange, status }] })).toMatchObject([
      { services: ["Exchange Online"], grade, word: status },
    ]);
  });

  test.each(["serviceOperational", "ServiceOperational", "serviceRestored", "falsePositive", "resolvedExternal"])(
    "%s is nothing",
    (status) => {
      expect(read("graph", { value: [{ ...exchange, status }] })).toEqual([]);
    },
  );

  test("issues by themselves and within an overview", () => {
    const issue = {
      id: "EX1",
      title: "Users cannot read mail",
      service: "Exchange Online",
      status: "serviceInterruption",
      classification: "incident",
      isResolved: false,
      startDateTime: "2026-11-22T10:00:00Z",
    };
    const expected = [{ title: "EX1: Users cannot read mail", grade: "outage", since: Date.UTC(2026, 10, 22, 10) }];
    expect(read("graph", { value: [issue] })).toMatchObject(expected);
    expect(read("graph", { value: [{ ...exchange, status: "serviceDegradation", issues: [issue] }] })).toMatchObject(expected);
    expect(read("graph", { value: [{ ...issue, isResolved: true }] })).toEqual([]);
    expect(read("graph", { value: [{ ...issue, classification: "Advisory" }] })).toMatchObject([{ grade: "notice" }]);
  });
});

describe("feed", () => {
  test.each([
    ["Mail service outage", "outage"],
    ["邮件服务中断", "outage"],
    ["Partial outage of mail", "trouble"],
    ["Delays in mail delivery", "trouble"],
    ["Scheduled maintenance of mail", "notice"],
    ["邮件系统维护公告", "notice"],
  ])("%s is %s", (title, grade) => {
    expect(read("feed", rss(item(title, today)))).toMatchObject([{ title, grade }]);
  });

  test("what a later entry calls resolved, or what is older than a day, is over", () => {
    const link = "<link>https://status.example.test/1</link>";
    const open = item("Investigating - mail late", earlier, link);
    expect(read("feed", rss(open))).toMatchObject([{ link: "https://status.example.test/1" }]);
    expect(read("feed", rss(item("Resolved - mail late", today, link), open))).toEqual([]);
    expect(read("feed", rss(item("Update - mail late", today, link), open))).toMatchObject([
      { title: "Update - mail late", since: Date.UTC(2026, 10, 22, 9) },
    ]);
    expect(
      read("feed", rss(item("Mail late", today, "<description>This has been &lt;b&gt;resolved&lt;/b&gt;.</description>"))),
    ).toEqual([]);
    expect(read("feed", rss(item("Mail late", "Fri, 20 Nov 2026 10:00:00 GMT")))).toEqual([]);
    expect(read("feed", rss(item("邮件延迟已恢复", today)))).toEqual([]);
  });

  test("Atom", () => {
    const entry = `<entry><title>Mail &amp; calendar late</title><updated>2026-11-22T10:00:00Z</updated><link href="https://s.example.test/2"/></entry>`;
    expect(read("feed", `<feed xmlns="http://www.w3.org/2005/Atom">${entry}</feed>`)).toMatchObject([
      { title: "Mail & calendar late", link: "https://s.example.test/2" },
    ]);
  });

  test("no entity is put in, and a document type is refused", () => {
    expect(read("feed", rss(item("Mail &bomb; &amp;lt; late", today)))).toMatchObject([{ title: "Mail &bomb; &lt; late" }]);
    const bomb = `<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>`;
    const declared = (type: string, title: string): string => rss(item(title, today)).replace("?>", `?>${type}`);
    expect(read("feed", declared("", "Mail late"))).toHaveLength(1);
    expect(read("feed", declared(bomb, "&b;"))).toBeUndefined();
    const file = `<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>`;
    expect(read("feed", declared(file, "&x;"))).toBeUndefined();
  });

  test("tags within tags without end take no time and throw nothing", () => {
    const began = performance.now();
    expect(read("feed", "<a>".repeat(200_000))).toBeUndefined();
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});

test.each(statusFormats)("%s: what is no such page is nothing known, and nothing throws", (format) => {
  for (const body of ["", "{}", "null", "[1]", "<html><body>Sign in</body></html>", '{"value":{}}', '{"incidents":3,"page":{}}'])
    expect(read(format, body), body).toBeUndefined();
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
      const found = read(format, body);
      expect(found === undefined || Array.isArray(found)).toBe(true);
    }),
    { numRuns: 200 },
  );
});
