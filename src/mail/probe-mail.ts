/** One installation's signature: what nobody else can have written (`CheckContext.sign`). */
type Sign = (text: string) => string;

/** The header that carries the token; the Message-ID carries it as well, for gateways that drop what they do not know. */
export const probeHeader = "X-Mailvigil-Probe";

/** Which mail of which route: `seq` counts up, `random` tells two installations with one key apart. */
export interface ProbeId {
  readonly seq: number;
  /** 16 hexadecimal digits. */
  readonly random: string;
}

export const isSameProbe = (a: ProbeId, b: ProbeId): boolean => a.seq === b.seq && a.random === b.random;

export interface ProbeMail {
  /** With its angle brackets. */
  readonly messageId: string;
  readonly subject: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

const macLength = 32;
const tokenForm = /^([0-9a-z]{1,11})\.([0-9a-f]{16})\.([0-9a-f]{32})$/;

const macOf = (route: string, id: ProbeId, sign: Sign): string =>
  sign(`mail-roundtrip ${route} ${id.seq} ${id.random}`).slice(0, macLength);

export const tokenOf = (route: string, id: ProbeId, sign: Sign): string =>
  `${id.seq.toString(36)}.${id.random}.${macOf(route, id, sign)}`;

/**
 * Whose probe a mail is. `forged`: it says that it is one of ours and is not signed for this route, which is also what the
 * probes of other routes and installations look like from here.
 * @param headers lower-case names ▶ unfolded values
 */
export function recogniseProbe(
  headers: ReadonlyMap<string, string>,
  route: string,
  sign: Sign,
): { readonly kind: "own"; readonly id: ProbeId } | { readonly kind: "forged" | "other" } {
  const said = headers.get(probeHeader.toLowerCase())?.trim();
  const id = readToken(said ?? "", route, sign) ?? idOfMessage(headers.get("message-id") ?? "", route, sign);
  if (id) return { kind: "own", id };
  return { kind: said === undefined ? "other" : "forged" };
}

/** Which of our mails a Message-ID belongs to, with or without its angle brackets; undefined for every other one. */
export const idOfMessage = (messageId: string, route: string, sign: Sign): ProbeId | undefined =>
  readToken(/^<?([^<>@\s]+)@/.exec(messageId.trim())?.[1] ?? "", route, sign);

function readToken(token: string, route: string, sign: Sign): ProbeId | undefined {
  const [, seq = "", random = "", mac] = tokenForm.exec(token) ?? [];
  const id = { seq: Number.parseInt(seq, 36), random };
  return Number.isSafeInteger(id.seq) && mac === macOf(route, id, sign) ? id : undefined;
}

// Constant text from a robot is what filters learn to call spam: the parts are combined anew for each mail.
const subjects = [
  ["Short note no. {n}", "第 {n} 封短信"],
  ["Mail between our offices, no. {n}", "往来邮件 {n}"],
  ["Regular letter {n}", "例行来信 {n}"],
  ["A line from {from}, no. {n}", "{from} 的来信 {n}"],
  ["Our mail today, no. {n}", "今日邮件 {n}"],
] as const;
const greetings = [
  ["Hello,", "你好："],
  ["Good day,", "您好："],
  ["Dear colleague,", "同事，你好："],
] as const;
const bodies = [
  [
    "this letter was sent to see that mail from {from} reaches {to}. When it has arrived, all is well.",
    "这封邮件用来确认 {from} 发出的邮件能到达 {to}。收到即表示一切正常。",
  ],
  [
    "we look now and then whether letters between {from} and {to} arrive in time. This is one of them.",
    "我们会不时查看 {from} 与 {to} 之间的邮件是否按时到达，这就是其中一封。",
  ],
  [
    "letter no. {n} is on its way from {from} to {to}. It needs no answer and will be taken away by itself.",
    "第 {n} 封信正从 {from} 寄往 {to}。无需回复，稍后会自动清理。",
  ],
] as const;
const closings = [
  ["No answer is needed.", "无需回复。"],
  ["You need not do anything.", "您无需做任何处理。"],
  ["Thank you, and have a good day.", "谢谢，祝工作顺利。"],
] as const;

/**
 * A short letter in both languages, plain text, that vacation programs leave alone (RFC 3834 section 5).
 * @param answerable it lacks what keeps them from answering: for a mailbox whose automatic answer is to be seen
 */
export function composeProbe(about: {
  readonly from: string;
  readonly to: string;
  readonly id: ProbeId;
  readonly token: string;
  readonly answerable?: boolean;
}): ProbeMail {
  const { from, to, id, token, answerable = false } = about;
  const dice = Buffer.from(id.random, "hex");
  const pick = <T>(choices: readonly T[], at: number): T => {
    const choice = choices[(dice[at] ?? 0) % choices.length];
    if (choice === undefined) throw new Error("nothing to choose from");
    return choice;
  };
  const put = (text: string): string => text.replaceAll("{n}", String(id.seq)).replaceAll("{from}", from).replaceAll("{to}", to);
  const subject = pick(subjects, 0);
  const parts = [pick(greetings, 1), pick(bodies, 2), pick(closings, 3)];
  const english = parts.map(([text]) => put(text));
  const chinese = parts.map(([, text]) => put(text));
  return {
    messageId: `<${token}@${from.slice(from.lastIndexOf("@") + 1)}>`,
    subject: put(dice[4] !== undefined && dice[4] % 2 === 0 ? `${subject[0]} / ${subject[1]}` : `${subject[1]} / ${subject[0]}`),
    text: [...english, "", ...chinese, "", "Mailvigil 邮哨", ""].join("\n"),
    headers: {
      [probeHeader]: token,
      // Exchange sends its automatic answers whatever RFC 3834 says, but for the second.
      ...(answerable ? {} : { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" }),
    },
  };
}
