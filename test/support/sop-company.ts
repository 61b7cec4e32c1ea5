import type { LoadWorld } from "../../src/config/load.ts";
import { loadChannels, loadChecks } from "../../src/plugins.ts";
import { planWorld } from "./plan-folder.ts";

/** A configuration with people, roles and channels, without SOPs: eleven lines. */
export const sopCompany = `settings: { language: en, company: Example }
domains: [{ name: example.com }]
channels:
  duty: { type: webhook, url: "https://hooks.example.net/x", secret: { env: HOOK } }
  second: { type: webhook, url: "https://hooks.example.org/x", secret: { env: HOOK } }
  mail: { type: email, from: m@example.net, to: [boss@example.com], host: smtp.example.com, port: 465, user: u, password: { env: HOOK } }
alerts: { rules: [{ priorities: [P1, P2, P3], channels: [duty] }, { priorities: [P1], channels: [second, duty, mail] }] }
people:
  li: { name: 李工, phone: "138 0000 0000" }
  wang: { name: Wang }
roles: { it: [li, wang], shift: { title: { en: Shift, zh: 值班 }, people: [wang] }, boss: li }
`;

/** With the checks and channels of the product, and the secrets that `sopCompany` names. */
export const sopWorld = async (): Promise<LoadWorld> => ({
  ...planWorld,
  checks: await loadChecks(),
  channels: await loadChannels(),
  env: { HOOK: `whsec_${"A".repeat(32)}`, CRM: "https://crm.example.net/hidden-path" },
});
