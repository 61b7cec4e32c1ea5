import { z } from "zod";
import { visible } from "../model/visible.ts";
import { errorWordOf, readTokenAnswer } from "./oauth-answer.ts";
import {
  askProvider,
  readSignIn,
  refusalOf,
  type SignedIn,
  type SignInClient,
  type SignInFailure,
  type SignInWorld,
} from "./sign-in.ts";

/** What the person opens and enters. */
export interface DeviceCode {
  readonly address: string;
  readonly userCode: string;
  /** Milliseconds UTC. */
  readonly until: number;
}

/** RFC 8628 section 3.2. */
const codeSchema = z.object({
  device_code: z.string().regex(/^[\x21-\x7e]{1,8192}$/),
  user_code: z.string().min(1).max(64),
  verification_uri: z.httpUrl().max(500),
  expires_in: z.coerce.number().positive(),
  interval: z.coerce.number().positive().catch(5),
});

const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code";
/** Microsoft's codes last 15 minutes; nobody is waited for longer than twice that, whatever a server says. */
const longestSeconds = 1_800;
const longestPauseMs = 60_000;
/** RFC 8628 section 3.5. */
const slowerMs = 5_000;

/** Signs a person in who uses a browser elsewhere (RFC 8628). `show` is called once, with what they open and enter. */
export async function signInByDevice(
  client: SignInClient,
  scope: string,
  world: SignInWorld,
  show: (code: DeviceCode) => void,
): Promise<SignedIn | SignInFailure> {
  const { now, sleep, signal } = world;
  const first = await askProvider(client, "devicecode", { scope }, world);
  if ("code" in first) return first;
  const code = first.status === 200 ? codeSchema.safeParse(jsonOf(first.body)).data : undefined;
  if (code === undefined) return refusedAtOnce(first);
  const until = now() + Math.min(code.expires_in, longestSeconds) * 1000;
  show({ address: visible(code.verification_uri, 500), userCode: visible(code.user_code, 64), until });

  let pauseMs = Math.min(code.interval * 1000, longestPauseMs);
  for (;;) {
    await sleep(Math.min(pauseMs, Math.max(0, until - now())), signal);
    if (signal.aborted) return { code: "interrupted", reason: "" };
    if (now() >= until) return { code: "expired", reason: "" };
    const answer = await askProvider(client, "token", { grant_type: deviceGrant, device_code: code.device_code }, world);
    // A server that is out of reach is asked half as often each time (RFC 8628 section 3.5).
    if ("code" in answer || answer.status >= 500 || answer.status === 429) {
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      continue;
    }
    const error = answer.status === 200 ? "" : errorWordOf(answer.body);
    if (error === "slow_down") pauseMs = Math.min(pauseMs + slowerMs, longestPauseMs);
    else if (error !== "authorization_pending") return readSignIn(client, answer.status, answer.body);
  }
}

function refusedAtOnce({ status, body }: { readonly status: number; readonly body: string }): SignInFailure {
  const answer = readTokenAnswer(status, body);
  if ("token" in answer || status === 200)
    return { code: "token-refused", reason: "the answer to the device request is none of RFC 8628" };
  return { code: refusalOf(errorWordOf(body), answer.reason) ?? answer.code, reason: visible(answer.reason, 400) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
