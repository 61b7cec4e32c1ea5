import { generateKeyPairSync } from "node:crypto";
import { dkimSign } from "mailauth/lib/dkim/sign.js";
import { append } from "../../src/demo/mail-store.ts";
import type { Journey } from "../../src/mail/probe-journey.ts";
import { probeHeader, tokenOf } from "../../src/mail/probe-mail.ts";
import { type CheckCase, testNow } from "./check-tester.ts";
import { mailHost, reaching } from "./mail-world.ts";
import { at, journey, sender, sent, sign, to } from "./round-trip-world.ts";
import type { Zone } from "./zone.ts";

/** The company's own sender. */
export const address = "sales@own.example";
const token = tokenOf(`${address}~${to}`, sent(0), sign);
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const key = `v=DKIM1; k=rsa; p=${publicKey.export({ type: "spki", format: "der" }).toString("base64")}`;

const good: Zone = {
  "example.test": { MX: ["10 in.filter.example"] },
  "own.example": { TXT: ["v=spf1 ip4:203.0.113.5 -all"] },
  "s1._domainkey.own.example": { TXT: [key] },
  "_dmarc.own.example": { TXT: ["v=DMARC1; p=reject"] },
};
/** By the receiver's own server. */
export const handedOver =
  "Received: from mail.own.example (mail.own.example [203.0.113.5])\r\n\tby mail.example.test (Postfix) with ESMTPS id 4X";

export interface Given {
  /** What the receiver's servers wrote on top. */
  readonly above?: readonly string[];
  readonly zone?: Zone;
  /** What becomes of the mail after it was signed. */
  readonly changed?: (raw: string) => string;
  readonly signed?: boolean;
  readonly memory?: Partial<Journey>;
  readonly options?: object;
}

async function mailOf({ above = [handedOver], changed = (raw) => raw, signed = true }: Given): Promise<string> {
  const written = [
    `From: ${address}`,
    `To: ${to}`,
    "Subject: Regular letter 7",
    "Date: Sun, 22 Nov 2026 11:59:40 +0000",
    `Message-ID: <${token}@own.example>`,
    `${probeHeader}: ${token}`,
    "",
    "Hello",
    "",
  ].join("\r\n");
  const one = { signingDomain: "own.example", selector: "s1", privateKey: pem };
  const { signatures } = signed
    ? await dkimSign(written, { ...one, algorithm: "rsa-sha256", signTime: new Date(testNow), signatureData: [one] })
    : { signatures: "" };
  return changed(`Return-Path: <${address}>\r\n${above.join("\r\n")}\r\n${signatures}${written}`);
}

/** Such a mail of our own is in the inbox. */
export const arrived = (given: Given = {}): Required<Pick<CheckCase, "memory" | "world">> => ({
  memory: journey([sent(20_000)], given.memory),
  world: async () => {
    const raw = Buffer.from(await mailOf(given), "latin1");
    const made = await at(({ folder }) => append(folder("INBOX"), raw, testNow - 14_000))();
    return {
      ...made,
      options: { ...made.options, ownSender: true, ...given.options, from: { ...sender, address, host: "mail.own.example" } },
      ctx: { ...made.ctx, ...(await reaching({ [mailHost]: { A: ["127.0.0.1"] }, ...good, ...given.zone })) },
    };
  },
});
