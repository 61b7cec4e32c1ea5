import { expect, test } from "vitest";
import type { Plan } from "../../src/model/config.ts";
import { loadChecks } from "../../src/plugins.ts";
import { idsOf, loadPlan, planFolder, planWorld, probeIn } from "../support/plan-folder.ts";

const { write } = planFolder();

/** The plan of some mailboxes, one line each, by the real checks. */
const planned = async (...lines: readonly string[]): Promise<Plan> => {
  const text = ["mailboxes:", ...lines.map((line) => `  - { password: { env: SALES_PASSWORD }, ${line} }`)].join("\n");
  return loadPlan(await write(text), { ...planWorld, checks: await loadChecks() });
};
const ofProvider = (plan: Plan): readonly string[] =>
  idsOf(plan).filter((id) => id.endsWith("/provider-status") || id.endsWith("/port-reachability"));

test("each provider in use is asked once for its own word, and each of its hosts is looked at once", async () => {
  const plan = await planned(
    "address: a@example.com, provider: google",
    "address: b@example.com, provider: google, business: critical",
    "address: c@example.com, provider: exmail",
  );
  expect(ofProvider(plan)).toEqual([
    "www.google.com:443/provider-status",
    "imap.gmail.com:993/port-reachability",
    "smtp.gmail.com:465/port-reachability",
    "imap.exmail.qq.com:993/port-reachability",
    "smtp.exmail.qq.com:465/port-reachability",
  ]);
  expect(probeIn(plan, "www.google.com:443/provider-status")).toMatchObject({
    everyMs: 900_000,
    business: "critical",
    options: { format: "google", url: "https://www.google.com/appsstatus/dashboard/incidents.json", blockedInChina: true },
  });
  expect(probeIn(plan, "imap.gmail.com:993/port-reachability")).toMatchObject({
    everyMs: 3_600_000,
    business: "critical",
    options: { host: "imap.gmail.com", ports: [993], blockedInChina: true },
  });
  expect(probeIn(plan, "imap.exmail.qq.com:993/port-reachability").options).toMatchObject({ blockedInChina: false });
});

test("a host that reads and takes mail is one probe with both ports", async () => {
  const plan = await planned(
    "address: a@qq.com, provider: qq, imap: { host: imap.qq.com }, smtp: { host: imap.qq.com, port: 465 }",
  );
  expect(ofProvider(plan)).toEqual(["imap.qq.com:993/port-reachability"]);
  expect(probeIn(plan, "imap.qq.com:993/port-reachability").options).toMatchObject({ ports: [993, 465] });
});

test("the status page goes by the proxy of the mailbox where the provider is blocked, and its ports are not tried directly", async () => {
  const plan = await planned('address: a@example.com, provider: google, proxy: "socks5://gate.example.com:1080"');
  expect(ofProvider(plan)).toEqual(["www.google.com:443/provider-status"]);
  expect(probeIn(plan, "www.google.com:443/provider-status").options).toMatchObject({
    proxy: { host: "gate.example.com" },
    blockedInChina: false,
  });
});

test("own servers, hosts that are not the provider's, pages without a format, and what is off, get none", async () => {
  const plan = await planned(
    "address: a@example.com, imap: { host: mail.example.com }",
    "address: b@example.com, provider: exmail, imap: { host: mail.example.net }, smtp: { host: mail.example.net }",
    "address: c@example.com, provider: google, off: [provider-status, port-reachability]",
    "address: d@example.com, provider: coremail, imap: { host: mail.example.org }",
  );
  expect(ofProvider(plan)).toEqual([]);
  expect(ofProvider(await planned("address: a@example.com, provider: microsoft365"))).toEqual([
    "outlook.office365.com:993/port-reachability",
    "smtp.office365.com:587/port-reachability",
  ]);
});

test("a partner's provider is asked for its word, as nobody's of ours, and its ports are left alone", async () => {
  const plan = await planned(
    "address: a@example.com, imap: { host: mail.example.com }",
    "address: p@example.net, provider: google, role: partner",
  );
  expect(ofProvider(plan)).toEqual(["www.google.com:443/provider-status"]);
  expect(probeIn(plan, "www.google.com:443/provider-status").ours).toBe(false);
});

test("Microsoft is asked how our services are where a mailbox has a credential of the tenant, once, and not with a partner's", async () => {
  const credentials = `credentials:
  tenant: { provider: microsoft365, tenant: example.com, client_id: a, client_secret: { env: SALES_PASSWORD } }
  china: { provider: microsoft365-china, tenant: example.com, client_id: a, client_secret: { env: SALES_PASSWORD } }
  google: { provider: google, service_account: { env: SALES_PASSWORD } }
`;
  const status = async (...lines: readonly string[]) => {
    const text = `${credentials}mailboxes:\n${lines.map((line) => `  - { ${line} }\n`).join("")}`;
    const plan = await loadPlan(await write(text), { ...planWorld, checks: await loadChecks() });
    return plan.probes.filter(({ check }) => check === "provider-status");
  };
  const [one, ...others] = await status(
    "address: p@example.com, provider: microsoft365, password: { env: SALES_PASSWORD }",
    'address: a@example.com, provider: microsoft365, oauth: tenant, proxy: "socks5://gate.example.com:1080"',
    "address: b@example.com, provider: microsoft365, oauth: tenant, business: critical",
  );
  expect(others).toEqual([]);
  expect(one).toMatchObject({
    id: "graph.microsoft.com:443/provider-status",
    business: "critical",
    options: {
      format: "graph",
      url: "https://graph.microsoft.com/v1.0/admin/serviceAnnouncement/healthOverviews",
      oauth: { name: "tenant", audience: "graph", kind: "microsoft365" },
      proxy: { host: "gate.example.com" },
    },
  });
  const china = await status("address: a@example.com, provider: microsoft365-china, oauth: china");
  expect(china.map(({ id }) => id)).toEqual(["microsoftgraph.chinacloudapi.cn:443/provider-status"]);
  expect(await status("address: a@example.com, provider: microsoft365, oauth: tenant, off: [provider-status]")).toEqual([]);
  expect(await status("address: a@example.com, provider: microsoft365, oauth: tenant, role: partner")).toEqual([]);
  // Another provider's credential is none of Microsoft's.
  expect((await status("address: a@example.com, provider: google, oauth: google")).map(({ id }) => id)).toEqual([
    "www.google.com:443/provider-status",
  ]);
});
