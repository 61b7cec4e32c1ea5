import { createHmac, randomBytes } from "node:crypto";
import { runProbe } from "../engine/run-probe.ts";
import { createLoopWatch } from "../engine/loop-watch.ts";
import { speakFindings } from "../http/spoken.ts";
import type { createMasker } from "../config/mask.ts";
import type { SignInConfig } from "../config/sign-in.ts";
import type { OAuth } from "../model/oauth.ts";
import type { Secret } from "../model/secret.ts";
import type { Status } from "../model/status.ts";
import { inLanguage, type Language } from "../model/text.ts";
import type { SignedIn, SignInClient } from "../net/sign-in.ts";
import type { Net } from "../net/world.ts";
import { loadChecks } from "../plugins.ts";
import { singleProbe } from "./single-probe.ts";

interface Proved {
  readonly config: SignInConfig;
  readonly client: SignInClient;
  readonly masker: ReturnType<typeof createMasker>;
  readonly tell: { readonly language: Language };
}

export interface Proof {
  readonly status: Status;
  /** The server took no token: it may be that of somebody else. */
  readonly refused: boolean;
  readonly host: string;
  /** The worst finding with its advice; empty where there is none. */
  readonly finding: string;
}

/**
 * Logs in by IMAP as the daemon will: the refresh token is redeemed, and the access token opens the inbox for reading only, or not.
 */
export async function prove(proved: Proved, signedIn: SignedIn, net: Net, stopping: AbortSignal): Promise<Proof> {
  const { config, tell, masker } = proved;
  const check = (await loadChecks()).get("imap-login");
  if (!check) throw new Error("There is no check imap-login");
  const options: unknown = check.options.parse({
    host: "",
    ...config.imap,
    user: config.user,
    password: oauthOf(proved, signedIn),
    ...(config.proxy ? { proxy: config.proxy } : {}),
    ...(config.provider ? { provider: config.provider } : {}),
  });
  const probe = singleProbe("login", config.user, check, options);
  const key = randomBytes(32);
  using loop = createLoopWatch();
  const outcome = await runProbe(probe, check, {
    ...net.checkContext,
    now: Date.now,
    memory: undefined,
    facts: () => [],
    previous: undefined,
    lastAt: undefined,
    sign: (text) => createHmac("sha256", key).update(text).digest("hex"),
    mask: masker.mask,
    loop,
    stopping,
  });
  const { status, findings } = outcome?.observation ?? { status: "unknown" as const, findings: [] };
  const [worst] = speakFindings(check, findings);
  return {
    status,
    refused: findings.some(({ code }) => code === "token-rejected"),
    host: probe.target,
    finding: worst ? `${inLanguage(worst.text, tell.language)}\n${inLanguage(worst.advice, tell.language)}` : "",
  };
}

function oauthOf({ client, masker }: Proved, signedIn: SignedIn): OAuth {
  const { provider, clientId, clientSecret, tenant, tokenUrl, address } = client;
  const common = {
    name: address,
    ...(tokenUrl === undefined ? {} : { tokenUrl }),
    hide: (token: string) => masker.learn(token),
    unhide: (token: string) => masker.forget(token),
    clientId,
    secret: held(signedIn.refreshToken),
  };
  if (provider === "google") return { ...common, kind: "google-refresh-token", clientSecret: held(clientSecret ?? "") };
  const own = clientSecret === undefined ? {} : { clientSecret: held(clientSecret) };
  return { ...common, ...own, kind: `${provider}-user`, tenant };
}

/** A secret that is not stored yet. */
const held = (value: string): Secret => ({
  source: "this sign-in",
  reveal: () => Promise.resolve(value),
  toJSON: () => "[secret]",
});
