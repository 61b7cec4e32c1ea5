import type { LineClient } from "./line-server.ts";

/** What a scripted server answers to a command: lines in which `{tag}` is the client's; `!hangup` among them ends the connection. */
export type Answers = readonly string[] | "hangup" | "reset" | "silence";

export interface ImapScript {
  /** Milliseconds before the greeting. */
  readonly delay?: number;
  readonly greeting?: Answers;
  /** The verb, upper case ▶ answers, one for each time it is sent; the last one stays. */
  readonly on?: Readonly<Record<string, readonly Answers[]>>;
}

const capability = "* CAPABILITY IMAP4rev1 STARTTLS ID SASL-IR AUTH=PLAIN";
const imapDefaults: Readonly<Record<string, readonly string[]>> = {
  CAPABILITY: [capability, "{tag} OK done"],
  STARTTLS: ["{tag} OK begin TLS now"],
  ID: ['* ID ("name" "test")', "{tag} OK done"],
  LOGIN: ["{tag} OK logged in"],
  AUTHENTICATE: ["{tag} OK logged in"],
  EXAMINE: ["* 3 EXISTS", "{tag} OK [READ-ONLY] done"],
  LOGOUT: ["* BYE see you", "{tag} OK done"],
};

/** An IMAP server that lets everybody in, but for what the script says otherwise. */
export const scriptImap =
  ({ delay = 0, greeting = ["* OK ready"], on = {} }: ImapScript = {}) =>
  async (client: LineClient): Promise<void> => {
    const times = new Map<string, number>();
    await new Promise((resolve) => setTimeout(resolve, delay));
    if (!(await say(client, greeting, "*"))) return;
    for (;;) {
      const [tag = "", written = ""] = (await client.line()).split(" ");
      const verb = written.toUpperCase();
      const answers = on[verb] ?? [imapDefaults[verb] ?? ["{tag} BAD unknown"]];
      const time = times.get(verb) ?? 0;
      times.set(verb, time + 1);
      const chosen = answers[Math.min(time, answers.length - 1)] ?? "silence";
      if (!(await say(client, chosen, tag))) return;
      if (verb === "STARTTLS" && chosen[0] === "{tag} OK begin TLS now") await client.startTls();
      if (verb === "LOGOUT") return client.end();
    }
  };

export interface SmtpScript {
  readonly delay?: number;
  readonly greeting?: Answers;
  readonly on?: Readonly<Record<string, readonly Answers[]>>;
}

const smtpDefaults: Readonly<Record<string, readonly string[]>> = {
  EHLO: ["250-mail.example.test", "250-STARTTLS", "250-AUTH PLAIN LOGIN", "250 ENHANCEDSTATUSCODES"],
  STARTTLS: ["220 2.0.0 go ahead"],
  AUTH: ["235 2.7.0 welcome"],
  QUIT: ["221 2.0.0 bye"],
};

/** A submission server that lets everybody in, but for what the script says otherwise. */
export const scriptSmtp =
  ({ delay = 0, greeting = ["220 mail.example.test ESMTP"], on = {} }: SmtpScript = {}) =>
  async (client: LineClient): Promise<void> => {
    const times = new Map<string, number>();
    await new Promise((resolve) => setTimeout(resolve, delay));
    if (!(await say(client, greeting, ""))) return;
    for (;;) {
      const verb = (await client.line()).split(" ", 1)[0]?.toUpperCase() ?? "";
      const answers = on[verb] ?? [smtpDefaults[verb] ?? ["502 5.5.2 unknown"]];
      const time = times.get(verb) ?? 0;
      times.set(verb, time + 1);
      const chosen = answers[Math.min(time, answers.length - 1)] ?? "silence";
      if (!(await say(client, chosen, ""))) return;
      if (verb === "STARTTLS" && chosen[0]?.startsWith("220")) await client.startTls();
      if (verb === "QUIT") return client.end();
    }
  };

export interface Pop3Script {
  readonly delay?: number;
  readonly greeting?: Answers;
  readonly on?: Readonly<Record<string, readonly Answers[]>>;
}

const pop3Defaults: Readonly<Record<string, readonly string[]>> = {
  CAPA: ["+OK", "USER", "STLS", "SASL PLAIN", "RESP-CODES", "AUTH-RESP-CODE", "."],
  STLS: ["+OK begin TLS now"],
  USER: ["+OK"],
  PASS: ["+OK logged in"],
  AUTH: ["+OK logged in"],
  STAT: ["+OK 3 4096"],
  QUIT: ["+OK bye"],
};

/** A POP3 server that lets everybody in, but for what the script says otherwise. */
export const scriptPop3 =
  ({ delay = 0, greeting = ["+OK ready"], on = {} }: Pop3Script = {}) =>
  async (client: LineClient): Promise<void> => {
    const times = new Map<string, number>();
    await new Promise((resolve) => setTimeout(resolve, delay));
    if (!(await say(client, greeting, ""))) return;
    for (;;) {
      const verb = (await client.line()).split(" ", 1)[0]?.toUpperCase() ?? "";
      const answers = on[verb] ?? [pop3Defaults[verb] ?? ["-ERR unknown"]];
      const time = times.get(verb) ?? 0;
      times.set(verb, time + 1);
      const chosen = answers[Math.min(time, answers.length - 1)] ?? "silence";
      if (!(await say(client, chosen, ""))) return;
      if (verb === "STLS" && chosen[0] === "+OK begin TLS now") await client.startTls();
      if (verb === "QUIT") return client.end();
    }
  };

/** @returns whether the dialogue goes on */
async function say(client: LineClient, answers: Answers, tag: string): Promise<boolean> {
  if (answers === "hangup" || answers === "reset") {
    client.end(answers === "reset" ? "reset" : undefined);
    return false;
  }
  if (answers === "silence") return true;
  const lines = answers.filter((line) => line !== "!hangup");
  client.send(...lines.map((line) => line.replaceAll("{tag}", tag)));
  if (lines.length < answers.length) client.end();
  return lines.length === answers.length;
}
