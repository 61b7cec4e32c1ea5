import type { Cause } from "../../src/model/cause.ts";
import { inLanguage, type Language, type Text } from "../../src/model/text.ts";
import type { Fault } from "./fault.ts";
import { allFaults, singleFaults } from "./faults.ts";
import { judge, type Outcome } from "./outcome.ts";
import { type ToolName, toolNames, type ToolResult } from "./tools.ts";

/**
 * What in a tool's words counts as naming a cause. Generous: whoever reads it and knows mail would come to the cause. Mailvigil is
 * held to more: only the cause of its diagnosis counts.
 */
const spoken: Readonly<Record<Cause, RegExp>> = {
  "own-network": /network is unreachable|ENETUNREACH|own network/i,
  "own-port-blocked": /blocked|filtered|firewall/i,
  "tls-intercepted": /intercept|inspect|firewall/i,
  "own-resolver": /resolver|name server|server misbehaving|SERVFAIL|EAI_AGAIN|temporary failure in name/i,
  "monitor-credential": /token|credential|client secret/i,
  "domain-expired": /domain.*expired|expired.*domain|registration/i,
  "zone-broken":
    /NXDOMAIN|SERVFAIL|no such host|ENOTFOUND|not known|not found|misbehaving|EAI_AGAIN|name.*resol|invalid hostname/i,
  "mx-changed": /\bMX\b|mail exchanger/i,
  "path-blocked": /blocked|filtered|timed? ?out|timeout|unreachable|no route/i,
  "provider-outage": /outage|incident|refused|unavailable/i,
  "server-down": /refused|timed? ?out|timeout|no route|unreachable|closed|unavailable|hang up|greeting never|temporary/i,
  certificate: /certificate|x509|self.signed|altname/i,
  "settings-changed": /refused|certificate|name mismatch|relay|not found|5\.1\.1|unknown|size/i,
  "rate-limit": /limit|too many|maximum number/i,
  "subscription-expired": /subscription|renew|suspended/i,
  "client-access-off": /disabled|not allowed|switched off|denied/i,
  "account-locked": /locked|disabled|suspended|unknown/i,
  "password-expired": /password.{0,20}expired|\bEXPIRED\b/i,
  "password-rejected": /authentication ?failed|incorrect authentication|invalid (login|credentials)|\b535\b|login failed/i,
  "permission-removed": /permission|denied|not owned|\bacl\b/i,
  "mailbox-full": /quota|full|5\.2\.2/i,
  "queue-stuck": /queue|deferred/i,
  blacklisted: /blocked using|spamhaus|banned|black ?list|block ?list/i,
  "sender-refused": /\b5\.7\.|DMARC|SPF|PTR|content denied|sender|size/i,
  greylisting: /gr[ae]y/i,
  "junk-filter": /junk|spam/i,
  "silent-loss": /did not arrive|lost/i,
  unknown: /(?!)/,
};

type Mark = "named" | "noticed" | "nothing" | "none";

const words = {
  title: { en: "Who notices a fault, and who names it", zh: "谁能发现故障，谁能说出原因" },
  about: {
    en: "The same faults, made on real servers, and looked at by each tool while they lasted. Nothing here is typed by hand: `npm run faults` makes all faults again and writes this page.",
    zh: "同样的故障在真实的服务器上制造，故障持续期间由各个工具分别查看。本页没有手写的内容：运行 `npm run faults` 会重新制造全部故障并生成本页。",
  },
  rule: {
    en: "**noticed**: the tool reports something wrong. **named**: its words contain what points to the cause, by the list in `test/lab/faults-page.ts`, which is generous: “connection refused” counts as naming a server that is down. Of Mailvigil only the cause of its diagnosis counts. The blackbox exporter and the plugins log in over IMAP, SMTP and POP3, look at port 25 and ask for the MX record or the certificate's days; the script logs in with imapflow and nodemailer, reads the quota and sends a mail there and one back. Each has the password and the authority. “–”: it cannot look there at all.",
    zh: "**发现**：工具报告有异常。**说出**：其输出中含有指向原因的文字，判断依据是 `test/lab/faults-page.ts` 中的列表，标准从宽：「connection refused」就算说出了服务器停机。对 Mailvigil 只认诊断给出的原因。blackbox exporter 和 plugins 通过 IMAP、SMTP、POP3 登录，查看 25 端口，并查询 MX 记录或证书剩余天数；脚本用 imapflow 和 nodemailer 登录，读取配额，并往返各发一封邮件。它们都有密码和受信的签发机构。「–」表示它根本无法查看。",
  },
  fault: { en: "fault", zh: "故障" },
  named: { en: "**named**", zh: "**说出**" },
  noticed: { en: "noticed", zh: "发现" },
  nothing: { en: "nothing", zh: "没有发现" },
  none: { en: "–", zh: "–" },
  sumNamed: { en: "named, of {all}", zh: "说出（共 {all}）" },
  sumNoticed: { en: "noticed, of {all}", zh: "发现（共 {all}）" },
  doubles: {
    en: "The last {n} rows are two faults at a time; one of them named is enough.",
    zh: "最后 {n} 行是两个故障同时发生，说出其中之一即可。",
  },
  said: { en: "What the tools said", zh: "各工具的原话" },
} satisfies Record<string, Text>;

const titles: Readonly<Record<ToolName, string>> = {
  blackbox: "blackbox exporter",
  plugins: "check_imap, check_smtp",
  script: "imapflow + nodemailer",
};

/** `docs/faults.md`: one row a fault. */
export function faultsPage(outcomes: readonly Outcome[], language: Language): string {
  const say = (text: Text, numbers: Readonly<Record<string, number>> = {}): string =>
    inLanguage(text, language).replaceAll(/\{(\w+)\}/g, (_all, key: string) => String(numbers[key]));
  const rows = allFaults.flatMap((fault) => {
    const outcome = outcomes.find((one) => one.fault === fault.id);
    return outcome
      ? [{ fault, outcome, marks: [ofMailvigil(fault, outcome), ...toolNames.map((name) => ofTool(fault, outcome.tools[name]))] }]
      : [];
  });
  const heads = ["Mailvigil", ...toolNames.map((name) => titles[name])];
  const count = (i: number, ...wanted: readonly Mark[]): string =>
    String(rows.filter(({ marks }) => wanted.includes(marks[i] ?? "none")).length);
  const all = rows.length;
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    `# ${say(words.title)}`,
    say(words.about),
    say(words.rule),
    say(words.doubles, { n: allFaults.length - singleFaults.length }),
    [
      line([say(words.fault), ...heads]),
      line(["---", ...heads.map(() => "---")]),
      line([say(words.sumNamed, { all }), ...heads.map((_head, i) => count(i, "named"))]),
      line([say(words.sumNoticed, { all }), ...heads.map((_head, i) => count(i, "named", "noticed"))]),
      ...rows.map(({ fault, marks }) => line([`${say(fault.title)} \`${fault.id}\``, ...marks.map((mark) => say(words[mark]))])),
    ].join("\n"),
    `## ${say(words.said)}`,
    ...rows.map(({ fault, outcome }) =>
      [
        `\`${fault.id}\``,
        ...toolNames.flatMap((name) => {
          const result = outcome.tools[name];
          return result?.noticed === true ? [`- ${titles[name]}: ${quote(result.words)}`] : [];
        }),
      ].join("\n"),
    ),
    "",
  ].join("\n\n");
}

const ofMailvigil = (fault: Fault, { said }: Outcome): Mark => {
  const { verdict } = judge(fault, said);
  return verdict === "named" ? "named" : verdict === "silent" ? "nothing" : "noticed";
};

const ofTool = ({ expect, second = [] }: Fault, result: ToolResult | undefined): Mark => {
  if (!result) return "none";
  if (!result.noticed) return "nothing";
  return [...expect, ...second].some((cause) => spoken[cause].test(result.words)) ? "named" : "noticed";
};

const maxQuoted = 300;

/** Inside a code span: what they said may look like Markdown. */
const quote = (text: string): string => {
  const plain = text.replaceAll("`", "'").replaceAll(/\s+/g, " ").trim();
  return `\`${plain.length > maxQuoted ? `${plain.slice(0, maxQuoted)}…` : plain}\``;
};
