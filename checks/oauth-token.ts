import { z } from "zod";
import { type CheckContext, defineCheck, explain, type FoundFinding } from "../src/model/check.ts";
import { isOAuth, type OAuth } from "../src/model/oauth.ts";
import { proxyName } from "../src/model/proxy.ts";
import { connectionFindings } from "../src/net/connection-findings.ts";
import { tokenUrlOf } from "../src/net/oauth-request.ts";
import { tokenFor } from "../src/net/oauth-token.ts";
import { proxyOption } from "../src/net/proxy-option.ts";
import { tokenServerFindings } from "./oauth-token.texts.ts";

/** A proxy that does not work is told by `proxy`, once for all that goes through it. */
const findings = { ...tokenServerFindings, "proxy-failed": connectionFindings["proxy-failed"] };
type Code = keyof typeof findings;

/** Each costs one request a run. */
const maxCredentials = 100;
const atOnce = 10;

const credentialOption = z.strictObject({
  oauth: z.custom<OAuth>(isOAuth, "must be an entry of credentials").meta(explain({ en: "The credential", zh: "凭据" })),
  user: z
    .string()
    .min(1)
    .meta(explain({ en: "A mailbox that it is asked for", zh: "用来试取令牌的邮箱" })),
  proxy: proxyOption.optional(),
});
type CredentialOption = z.output<typeof credentialOption>;

/**
 * Does each credential get tokens? What is wrong with one is a fault of ours, told once: the mailboxes behind it are unknown, and
 * none of them is to blame.
 */
export default defineCheck({
  id: "oauth-token",
  title: { en: "OAuth credentials", zh: "OAuth 凭据" },
  measures: "monitor",
  answers: undefined,
  every: 900_000,
  deadline: 120_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 90_000 },
  options: z.strictObject({
    credentials: z
      .array(credentialOption)
      .min(1)
      .max(maxCredentials)
      .meta(explain({ en: "The credentials of all mailboxes, each once", zh: "所有邮箱使用的凭据，每个一次" })),
  }),
  findings,
  metrics: {},
  target: ({ credentials }) => [...new Set(credentials.map(({ oauth }) => oauth.name))].join(" "),

  async run(ctx, { credentials }, signal) {
    const found: FoundFinding<Code>[] = [];
    for (let from = 0; from < credentials.length; from += atOnce) {
      signal.throwIfAborted();
      const some = await Promise.all(credentials.slice(from, from + atOnce).map((one) => tryCredential(ctx, one)));
      found.push(...some.flat());
    }
    return { findings: found };
  },
});

async function tryCredential(
  { note, ask, authorities, now }: CheckContext,
  { oauth, user, proxy }: CredentialOption,
): Promise<readonly FoundFinding<Code>[]> {
  const world = { ask, authorities, now, proxy };
  const found = await tokenFor(oauth, user, world, true);
  if ("token" in found) {
    note(`${oauth.name}: a token for ${user}`);
    if (found.unkept === undefined) return [];
    return [{ code: "refresh-token-not-kept", data: { credential: oauth.name, reason: found.unkept } }];
  }
  const { code, reason } = found;
  note(`${oauth.name}: ${code}: ${reason}`);
  if (found.byProxy === true && proxy !== undefined)
    return [{ code: "proxy-failed", data: { host: tokenUrlOf(oauth).host, proxy: proxyName(proxy), reason } }];
  // The credential is good: the mailbox itself tells what is wrong with it.
  if (code === "mailbox-unknown") return [];
  const passing = code === "token-server-failed" || code === "token-server-unreachable";
  // While the last token is still good, nothing is lost yet.
  const eased = passing && "token" in (await tokenFor(oauth, user, world));
  return [{ code, ...(eased ? { severity: "warning" as const } : {}), data: { credential: oauth.name, reason } }];
}
