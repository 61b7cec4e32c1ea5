import { z } from "zod";
import type { Login } from "../model/check.ts";
import type { Secret } from "../model/secret.ts";

const isSecret = (value: unknown): value is Secret =>
  typeof value === "object" && value !== null && "reveal" in value && typeof value.reveal === "function";

const seconds = z.number().positive().max(60);

/** Seconds. The defaults are those of the product; a line that is known to be slow can be given more. */
const limits = z.strictObject({
  connect: seconds.default(10),
  tls: seconds.default(10),
  /** Until a greeting is called missing. */
  greeting: seconds.default(30),
  command: seconds.default(15),
  /** From when on a greeting is called slow (a warning) and late (critical). */
  slow: seconds.default(5),
  late: seconds.default(15),
});

/** What is known about the answers of one provider, from its preset. */
const provider = z.strictObject({
  id: z.string(),
  /** Parts of answers, in any case, that say surely that the credential is refused. */
  definiteRejections: z.array(z.string()).default([]),
  /** Parts of answers that it gives for several causes at once. */
  ambiguousRejections: z.array(z.string()).default([]),
  /** It wants to know who asks (RFC 2971) after the login and before a folder is opened: Coremail. */
  idAfterLogin: z.boolean().default(false),
});

export type Provider = z.output<typeof provider>;

/** SHA-256 of the certificate, hex, with or without colons: believed in place of the authorities. */
export const fingerprintOption = z
  .string()
  .regex(/^([0-9a-f]{2}:?){31}[0-9a-f]{2}$/i, "must be the SHA-256 of the certificate: 64 hexadecimal digits");

/** The options of every check that logs in to a mailbox, without the port's default. */
export const loginOptions = {
  host: z.string().min(1),
  /** `tls`: from the first byte. `starttls`: plain at first; nothing secret is sent before it. */
  security: z.enum(["tls", "starttls"]).optional(),
  user: z.string().min(1),
  password: z.custom<Secret>(isSecret, "must be a secret"),
  fingerprint: fingerprintOption.optional(),
  provider: provider.optional(),
  limits: limits.prefault({}),
};

/** One mailbox has one credential, whatever protocol and spelling it is used with. */
export const loginOf = (user: string, password: Secret): Login => ({ account: user.toLowerCase(), credential: password });
