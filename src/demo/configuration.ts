import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Document, isCollection, isScalar, visit } from "yaml";
import { companyName, hostOf, mailboxes, webmailHost } from "./company.ts";
import { loopback } from "./listening.ts";

/** Where the servers of the demonstration listen. */
export interface Ports {
  readonly dns: number;
  readonly webmail: number;
  /** By host name. */
  readonly imap: ReadonlyMap<string, number>;
  readonly smtp: ReadonlyMap<string, number>;
}

const introduction = `The demonstration company: written anew at every start, and all of it on this machine.
演示公司：每次启动都会重新生成，一切只在本机运行。

To watch your own mail, write a mailvigil.yaml of your own. Five lines are enough:
要看守自己的邮件，请自己写一个 mailvigil.yaml，五行就够：

settings: { timezone: Asia/Shanghai }
domains:
  - name: example.com
mailboxes:
  - { address: sales@example.com, password: { env: SALES_PASSWORD }, business: critical }
`;

/** Short, so that something is seen to happen; a real company is looked at every few minutes. */
const paces = {
  "dns-mx": "10s",
  "imap-login": "10s",
  "smtp-submission": "15s",
  "tls-certificate": "20s",
  "mail-roundtrip": "10s",
} as const;

/** Milliseconds between two mails of a round trip; the runs between them look for what is under way. */
const sendEvery = 20_000;

const override = (check: keyof typeof paces) => ({
  every: paces[check],
  confirm: { bad: [1, 1], good: 1, recheck: "5s" },
  ...(check === "mail-roundtrip" ? { options: { send_every: sendEvery } } : {}),
});

/** The address pairs whose mail is sent and looked for. */
const routes: readonly { readonly from: string; readonly to: string }[] = [
  { from: "sales@example.com", to: "canary@partner.example" },
  { from: "canary@partner.example", to: "sales@example.com" },
];

function compose(ports: Ports): Record<string, unknown> {
  const webmail = { host: webmailHost, port: ports.webmail, protocol: "tls" };
  const ids: readonly (readonly [id: string, check: keyof typeof paces])[] = [
    ...["example.com", "example.net"].map((name) => [name, "dns-mx"] as const),
    ...mailboxes.flatMap(({ address }) => [[address, "imap-login"] as const, [address, "smtp-submission"] as const]),
    ...routes.map(({ from, to }) => [`${from}~${to}`, "mail-roundtrip"] as const),
    [`${webmailHost}:${ports.webmail}`, "tls-certificate"],
  ];
  return {
    settings: {
      company: companyName,
      dns: { servers: [`${loopback}:${ports.dns}`] },
      tls: { ca: ["ca.pem"] },
      // The servers of the demonstration are on loopback; to its company that is the internet.
      network: { public: ["127.0.0.0/8"] },
      self_tests: "off",
    },
    domains: [{ name: "example.com", business: "critical" }, { name: "example.net" }],
    mailboxes: mailboxes.map(({ address, business, role }) => {
      const host = hostOf(address);
      return {
        address,
        ...(business === undefined ? {} : { business }),
        ...(role === undefined ? {} : { role }),
        login: address,
        password: { file: secretPath(address) },
        imap: { host: host?.imap, port: ports.imap.get(host?.imap ?? ""), security: "tls" },
        smtp: { host: host?.smtp, port: ports.smtp.get(host?.smtp ?? ""), security: host?.submission },
        // Two round trips are enough to show what they are; others would follow from the partner by themselves.
        ...(host?.domain === "example.net" ? { off: ["mail-roundtrip"] } : {}),
      };
    }),
    routes: routes.map((route) => ({ ...route, late_after: "30s", lost_after: "5m" })),
    endpoints: [webmail],
    probes: Object.fromEntries(ids.map(([id, check]) => [`${id}/${check}`, override(check)])),
  };
}

/** The keys whose value stands on one line, so that the file is short enough to be read. */
const onOneLine = new Set(["dns", "tls", "network", "password", "imap", "smtp", "off", "confirm", "options"]);

function toYaml(configuration: Record<string, unknown>): string {
  const document = new Document(configuration);
  document.commentBefore = introduction.trimEnd().replace(/^(?=.)/gm, " ");
  visit(document, {
    Pair: (_key, pair) => {
      if (isScalar(pair.key) && onOneLine.has(String(pair.key.value)) && isCollection(pair.value)) pair.value.flow = true;
    },
  });
  return document.toString({ lineWidth: 0 });
}

const secretPath = (address: string): string => `passwords/${address}`;

/**
 * Writes `mailvigil.yaml`, `ca.pem` and one file for each password (mode 0600) into the folder, which is made where it is
 * missing. Returns the path of the configuration.
 */
export async function writeConfiguration(
  folder: string,
  about: { readonly ports: Ports; readonly ca: string; readonly passwords: ReadonlyMap<string, string> },
): Promise<string> {
  const secrets = join(folder, "passwords");
  await mkdir(secrets, { recursive: true, mode: 0o700 });
  // `mode` counts only where the folder is new.
  await chmod(secrets, 0o700);
  for (const [address, password] of about.passwords) {
    await writeFile(join(folder, secretPath(address)), `${password}\n`, { mode: 0o600 });
  }
  await writeFile(join(folder, "ca.pem"), about.ca);
  const file = join(folder, "mailvigil.yaml");
  await writeFile(file, toYaml(compose(about.ports)));
  return file;
}
