import type { LineClient } from "./line-server.ts";

/** One element of BER: a tag, and bytes or the elements it is made of. */
export function ber(tag: number, ...content: readonly (string | number | Uint8Array)[]): Buffer {
  const body = Buffer.concat(content.map((part) => (typeof part === "number" ? Buffer.from([part]) : Buffer.from(part))));
  const size = body.length;
  const length =
    size < 0x80
      ? [size]
      : size < 0x100
        ? [0x81, size]
        : size < 0x1_0000
          ? [0x82, size >> 8, size & 0xff]
          : [0x83, size >> 16, (size >> 8) & 0xff, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

export const ldap = (id: number, operation: Buffer, controls: Buffer = Buffer.alloc(0)): Buffer =>
  ber(0x30, ber(0x02, id), operation, controls);

/** `tag`: of the operation that is answered. */
export const result = (tag: number, code = 0, text = "", more: Buffer = Buffer.alloc(0)): Buffer =>
  ber(tag, ber(0x0a, code), ber(0x04), ber(0x04, text), more);
export const entry = (name: string): Buffer => ber(0x64, ber(0x04, name), ber(0x30));
/** That there is more, or (without a cookie) no more. */
export const page = (cookie = ""): Buffer =>
  ber(0xa0, ber(0x30, ber(0x04, "1.2.840.113556.1.4.319"), ber(0x04, ber(0x30, ber(0x02, 0), ber(0x04, cookie)))));

/** What a scripted directory says to a request: messages, or what it does instead. */
export type LdapAnswer = readonly Buffer[] | "silence" | "hangup" | "reset";

export interface LdapScript {
  readonly startTls?: (id: number) => LdapAnswer;
  readonly bind?: (id: number) => LdapAnswer;
  /** The look-up of the base. */
  readonly find?: (id: number) => LdapAnswer;
  /** The count, time by time. */
  readonly count?: readonly ((id: number) => LdapAnswer)[];
  /** Milliseconds before each answer. */
  readonly delay?: number;
}

const named = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `uid=u${i},dc=test`);

/** So many accounts, in one page. */
export const holdingAccounts =
  (count: number) =>
  (id: number): LdapAnswer => [...named(count).map((name) => ldap(id, entry(name))), ldap(id, result(0x65), page())];

/** A directory that lets everybody in and has 12 accounts, but for what the script says otherwise. */
export const scriptLdap =
  (script: LdapScript = {}) =>
  async (client: LineClient): Promise<void> => {
    let counted = 0;
    for (;;) {
      const { id, tag, scope } = await request(client);
      if (tag === 0x42) return client.end();
      await new Promise((resolve) => setTimeout(resolve, script.delay ?? 0));
      const say = (answer: LdapAnswer): boolean => {
        if (answer === "hangup" || answer === "reset") client.end(answer === "reset" ? "reset" : undefined);
        else if (answer !== "silence") client.send(...answer);
        return answer !== "hangup" && answer !== "reset";
      };
      if (tag === 0x77) {
        const answer = script.startTls?.(id) ?? [ldap(id, result(0x78))];
        if (!say(answer)) return;
        if (script.startTls === undefined) await client.startTls();
      } else if (tag === 0x60) {
        if (!say(script.bind?.(id) ?? [ldap(id, result(0x61))])) return;
      } else if (scope === 0) {
        if (!say(script.find?.(id) ?? [ldap(id, entry("dc=test")), ldap(id, result(0x65))])) return;
      } else {
        const answers = script.count ?? [holdingAccounts(12)];
        const answer = answers[Math.min(counted, answers.length - 1)] ?? holdingAccounts(0);
        counted += 1;
        if (!say(answer(id))) return;
      }
    }
  };

/** What ldapts sends: a message with its id, the operation's tag, and of a search its scope. */
async function request(client: LineClient): Promise<{ readonly id: number; readonly tag: number; readonly scope: number }> {
  const [, first = 0] = await client.bytes(2);
  const length = first < 0x80 ? first : (await client.bytes(first & 0x7f)).reduce((sum, byte) => sum * 256 + byte, 0);
  const body = await client.bytes(length);
  const idSize = body[1] ?? 1;
  const id = body.readUIntBE(2, idSize);
  const at = 2 + idSize;
  const tag = body[at] ?? 0;
  const size = body[at + 1] ?? 0;
  const operation = at + 2 + (size < 0x80 ? 0 : size & 0x7f);
  const baseSize = body[operation + 1] ?? 0;
  return { id, tag, scope: tag === 0x63 ? (body[operation + 2 + baseSize + 2] ?? 0) : 0 };
}
