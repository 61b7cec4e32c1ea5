import { z } from "zod";
import type { ChannelContext, DeliveryResult } from "../src/model/channel.ts";
import type { Proxy } from "../src/model/proxy.ts";
import { post } from "../src/net/post.ts";
import { judgeAnswer } from "./http-answer.ts";
import type { ReadAddress } from "./receiver-address.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export interface JsonRequest extends ReadAddress {
  readonly body: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
  readonly allowPrivate: boolean;
  readonly proxy: Proxy | undefined;
}

/**
 * Posts one object to a service that answers with one. Many answer HTTP 200 whatever became of it, and the same status for a limit and
 * for a fault, so the body is read first.
 * @param read what the answered object says, by the service's documentation; undefined where it says nothing that is documented
 */
export async function postJson(
  { address, where, body, headers = {}, allowPrivate, proxy }: JsonRequest,
  ctx: ChannelContext,
  read: (answer: JsonObject, status: number) => DeliveryResult | undefined,
): Promise<DeliveryResult> {
  const { ask, authorities, signal } = ctx;
  const outcome = await post({
    url: address,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: JSON.stringify(body),
    allowPrivate,
    proxy,
    ask,
    authorities,
    signal,
  });
  const answer = outcome.kind === "answer" ? readObject(outcome.body) : undefined;
  const said = outcome.kind === "answer" && answer ? read(answer, outcome.status) : undefined;
  if (said) return said;
  // Success is only what the documentation calls so.
  return judgeAnswer(outcome, where, ctx.now(), ({ status }) => ({
    kind: "retry",
    reason: `${where} answered ${status} without saying that it took the message`,
    doubt: "unreadable-answer",
  }));
}

const anyObject = z.record(z.string(), z.unknown());

function readObject(text: string): JsonObject | undefined {
  try {
    return anyObject.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** What a code of a service's own list means for the message. */
export type CodeMeaning =
  | { readonly kind: "throttled"; readonly seconds: number; readonly why: string }
  | { readonly kind: "retry" | "bad-message" | "bad-channel"; readonly why: string };

/** A result by a code of the service: reasons are made of our own words, its text may repeat what we sent. */
export function byCode(where: string, code: number | string, meaning: CodeMeaning | undefined): DeliveryResult {
  const reason = `${where} answered ${code}: ${meaning?.why ?? "an unknown code"}`;
  if (!meaning) return { kind: "retry", reason };
  if (meaning.kind === "throttled") return { kind: "throttled", retryAfterMs: meaning.seconds * 1_000, reason };
  return { kind: meaning.kind, reason };
}
