import { z } from "zod";
import type { BounceCause } from "../src/i18n/bounce-causes.ts";
import { refusalOfReply } from "../src/mail/probe-report.ts";
import { type CheckContext, defineCheck, explain, type FoundFinding } from "../src/model/check.ts";
import type { Connection } from "../src/model/connection.ts";
import { isMailHost } from "../src/model/dns-words.ts";
import type { Data } from "../src/model/text.ts";
import { certificateFinding, certificateFindings } from "../src/net/certificate-findings.ts";
import { connectionFindings, targetOf } from "../src/net/connection-findings.ts";
import { blockedInChinaOption, fingerprintOption, sessionLimits } from "../src/net/login-options.ts";
import { holdSession, notePeer, type Report, sessionMetrics, timelyGreeting } from "../src/net/login-session.ts";
import { sessionFindings } from "../src/net/session-findings.ts";
import { createSmtp, extensionsOf, replyReason, type Smtp, type SmtpReply } from "../src/net/smtp.ts";
import { smtpRelayFindings } from "./smtp-relay.texts.ts";

const findings = { ...connectionFindings, ...certificateFindings, ...sessionFindings, ...smtpRelayFindings };
type Code = keyof typeof findings;

const { resolve, connect, tls, greeting } = sessionMetrics;
const metrics = {
  resolve,
  connect,
  tls,
  greeting,
  login: { label: { en: "answer", zh: "应答" }, help: "Time until sender and recipient were answered", unit: "seconds" },
} as const;

/** Written into a command: nothing that could end one. */
const address = z
  .string()
  .max(254)
  .regex(/^[^\s@<>\p{Cc}]+@[^\s@<>\p{Cc}]+$/u, "must be a mail address");

const optionsSchema = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .meta(
        explain({
          en: "The relay: smtp-relay.gmail.com, an own smart host, an appliance",
          zh: "中继服务器：smtp-relay.gmail.com、自建中继或设备",
        }),
      ),
    port: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .meta(explain({ en: "Left out: 465 with tls, else 587", zh: "不写则为 587，tls 时为 465" })),
    security: z
      .enum(["tls", "starttls", "none"])
      .optional()
      .meta(
        explain({
          en: "tls: from the first byte. starttls: plain at first; a relay without it is a warning. none: plain, on purpose. Left out: tls at port 465, else starttls",
          zh: "tls：一连接就加密。starttls：先明文再加密，不支持时提示注意。none：有意不加密。不写则 465 端口为 tls，其余为 starttls",
        }),
      ),
    sender: address.meta(explain({ en: "Who sends: an address that devices here use", zh: "发件人：本地设备所用的地址" })),
    to: address.meta(
      explain({
        en: "A recipient outside the company. It is only named (RCPT TO) and withdrawn (RSET): no mail is sent",
        zh: "公司以外的收件人。只提出（RCPT TO）后即撤回（RSET），不发送邮件",
      }),
    ),
    hello: z
      .string()
      .refine((name) => isMailHost(name.toLowerCase()), { error: "must be a host name, such as office.example.com" })
      .optional()
      .meta(
        explain({
          en: "By which name this machine greets (EHLO); left out: the domain of the sender, as Google asks for",
          zh: "本机自称的名称（EHLO）；不写则为发件人的域名（Google 要求如此）",
        }),
      ),
    expect: z
      .enum(["accepted", "refused"])
      .default("accepted")
      .meta(
        explain({
          en: "accepted: this machine is among those that may send. refused: it is not, and being let in is a fault (open relay)",
          zh: "accepted：本机在允许发信之列。refused：不在其列，若被接受即为故障（开放中继）",
        }),
      ),
    relayTest: z
      .boolean()
      .default(false)
      .meta(
        explain({
          en: "Your consent to try a sender of nobody, too, to learn whether any sender is taken from here",
          zh: "同意再用一个不属于任何人的发件人尝试，以查明是否接受任意发件人",
        }),
      ),
    stranger: address
      .default("mailvigil-relay-test@example.net")
      .meta(explain({ en: "That sender; the default is nobody's (RFC 2606)", zh: "该发件人；默认地址不属于任何人（RFC 2606）" })),
    fingerprint: fingerprintOption.optional(),
    blockedInChina: blockedInChinaOption,
    limits: sessionLimits,
  })
  .transform((options) => {
    const security = options.security ?? (options.port === 465 ? ("tls" as const) : ("starttls" as const));
    return { ...options, security, port: options.port ?? (security === "tls" ? 465 : 587) };
  });
type Options = z.output<typeof optionsSchema>;

/** Asks a relay to take a mail without a login, as the devices of a network do, and withdraws before there is one. */
export default defineCheck({
  id: "smtp-relay",
  title: { en: "Relay for sending", zh: "发信中继" },
  measures: "service",
  answers: "send",
  every: 900_000,
  deadline: 90_000,
  confirm: { bad: [2, 3], good: 1, recheckMs: 60_000 },
  options: optionsSchema,
  findings,
  metrics,
  target: ({ host, port, sender }) => `${sender} ▶ ${host}:${port}`,
  load: ({ host }) => ({ host }),

  async run(ctx, options, signal) {
    const held = await holdSession<Smtp, Code, keyof typeof metrics>(
      // No credential goes out, so nothing rests on who the relay is: what is wrong with its certificate is told beside the rest.
      { ctx: unproved(ctx), options: sessionOf(options), signal },
      (connection) => createSmtp(connection, { commandTimeoutMs: options.limits.command * 1000, note: ctx.note }),
      (smtp) => smtp.quit(),
      (smtp, connection, report) => askToRelay({ ctx, options, smtp, connection, report }),
    );
    // Who does not even talk to a stranger does not relay for one.
    const [first] = held.findings;
    if (options.expect !== "refused" || first === undefined) return held;
    // Dropped on the way there, or within our own network: nobody has answered.
    if (first.code === "connect-timeout") return { findings: [{ ...first, code: "relay-unreached" }] };
    return turnedAway.has(first.code) ? { findings: [], nothing: true } : held;
  },
});

const turnedAway: ReadonlySet<Code> = new Set(["connection-refused", "greeting-refused", "session-ended", "connection-lost"]);

const unproved = (ctx: CheckContext): CheckContext => ({
  ...ctx,
  dial: (where, signal) => ctx.dial({ ...where, verify: false }, signal),
});

const sessionOf = ({ security, blockedInChina, ...options }: Options) => ({
  ...options,
  security: security === "tls" ? ("tls" as const) : ("starttls" as const),
  provider: { blockedInChina },
});

interface Work {
  readonly ctx: CheckContext;
  readonly options: Options;
  readonly smtp: Smtp;
  readonly connection: Connection;
  readonly report: Report<Code, keyof typeof metrics>;
}

async function askToRelay(work: Work): Promise<void> {
  const { ctx, options, smtp, report } = work;
  const { sender, to, stranger } = options;
  if (!(await introduce(work))) return;
  const answer = await report.time("login", () => ask(smtp, sender, to));
  const taken = answer.reply.status >= 200 && answer.reply.status < 300;
  if (options.expect === "refused") {
    if (taken) report.find({ code: "open-relay", data: { ...targetOf(options), sender, to } });
    else if (!isDenial(answer, options)) report.find(judged(answer, options));
    else ctx.note(`${options.host} does not relay for strangers`);
    return;
  }
  if (!taken) return report.find(judged(answer, options));
  if (!options.relayTest) return;
  const { reply } = await ask(smtp, stranger, to);
  if (reply.status >= 200 && reply.status < 300) {
    report.find({ code: "any-sender-taken", data: { ...targetOf(options), sender, to, stranger } });
  }
}

/** Greeting, EHLO and TLS. @returns whether the relay listens */
async function introduce({ ctx, options, smtp, connection, report }: Work): Promise<boolean> {
  const { security, sender, limits } = options;
  const name = options.hello ?? sender.slice(sender.lastIndexOf("@") + 1);
  const found = (code: Code, reason: string, phase = smtp.step.phase): FoundFinding<Code> => ({
    code,
    data: { phase, ...targetOf(options), command: smtp.step.command, reason },
  });
  const first = await timelyGreeting(report, { ...sessionOf(options), limits }, (timeoutMs) => smtp.greeting(timeoutMs));
  if (first.status !== 220) {
    report.find(found(first.status === 0 ? "greeting-unexpected" : "greeting-refused", replyReason(first)));
    return false;
  }
  const judgePeer = (): void => {
    const { peer } = connection;
    if (peer === undefined || peer.verified) return;
    notePeer(ctx, peer);
    const { code, data } = certificateFinding(peer, connection.remote, targetOf(options));
    const isOurs = code === "certificate-intercepted";
    report.find({ code, ...(isOurs ? {} : { severity: "warning" }), ...(data ? { data } : {}) });
  };
  const hello = async (): Promise<SmtpReply | undefined> => {
    const reply = await smtp.command(`EHLO ${name}`);
    if (reply.status === 250) return reply;
    report.find(found(reply.status === 421 ? "session-ended" : "command-refused", replyReason(reply)));
    return undefined;
  };
  if (security === "tls") judgePeer();
  const offered = await hello();
  if (offered === undefined) return false;
  if (security !== "starttls") return true;
  if (!extensionsOf(offered.lines).has("STARTTLS")) {
    report.find(found("starttls-missing", "no STARTTLS", "tls"));
    return true;
  }
  const answer = await smtp.startTls();
  if (answer.status !== 220) {
    report.find(found("starttls-missing", replyReason(answer), "tls"));
    return true;
  }
  await connection.startTls({
    verify: false,
    ...(options.fingerprint === undefined ? {} : { pinnedFingerprint: options.fingerprint }),
  });
  judgePeer();
  return (await hello()) !== undefined;
}

interface Answer {
  readonly command: "MAIL" | "RCPT";
  readonly reply: SmtpReply;
}

/** Names sender and recipient, and takes both back. */
async function ask(smtp: Smtp, sender: string, to: string): Promise<Answer> {
  const mail = await smtp.command(`MAIL FROM:<${sender}>`);
  if (mail.status >= 300 || mail.status < 200) return { command: "MAIL", reply: mail };
  const rcpt = await smtp.command(`RCPT TO:<${to}>`);
  if (rcpt.status !== 421) await smtp.command("RSET");
  return { command: "RCPT", reply: rcpt };
}

const codeOfCause: Partial<Readonly<Record<BounceCause, keyof typeof smtpRelayFindings>>> = {
  "relay-denied": "relay-refuses-us",
  login: "relay-refuses-us",
  blocklisted: "relay-refuses-us",
  reputation: "relay-refuses-us",
  "reverse-dns": "relay-refuses-us",
  greylisted: "relay-greylists",
  "rate-limited": "relay-limited",
  "sender-quota": "relay-limited",
  "sender-refused": "sender-not-allowed",
  "sender-dns": "sender-not-allowed",
  "sender-blocked": "sender-not-allowed",
  authentication: "sender-not-allowed",
  "unknown-mailbox": "recipient-unusable",
  "mailbox-full": "recipient-unusable",
  "account-disabled": "recipient-unusable",
  "bad-address": "recipient-unusable",
  route: "recipient-unusable",
};

/** At the sender's command a refusal is about the sender, unless it says that it is about us. */
function codeOf({ command, reply }: Answer, { host }: Options): keyof typeof smtpRelayFindings {
  const { status, enhanced, text } = reply;
  const { causes } = refusalOfReply({ host, status: enhanced || String(status), reply: `${status} ${text}` });
  const code = codeOfCause[causes[0]];
  if (code === "recipient-unusable" && command === "MAIL") return "sender-not-allowed";
  if (code !== undefined) return code;
  if (status < 500) return "relay-busy";
  return command === "MAIL" ? "sender-not-allowed" : "relay-refuses-us";
}

/** A stranger is told so, or at least for good. */
const isDenial = (answer: Answer, options: Options): boolean =>
  answer.reply.status >= 500 ? codeOf(answer, options) !== "recipient-unusable" : codeOf(answer, options) === "relay-refuses-us";

function judged(answer: Answer, options: Options): FoundFinding<Code> {
  const { command, reply } = answer;
  const { sender, to, stranger } = options;
  const data: Data = {
    phase: "command",
    ...targetOf(options),
    sender,
    to,
    stranger,
    command,
    reply: `${reply.status} ${reply.text}`.trim().slice(0, 300),
  };
  return { code: codeOf(answer, options), data };
}
