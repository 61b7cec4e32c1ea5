import { randomBytes } from "node:crypto";
import { attachmentContent, attachmentOf, encodedSize } from "../src/mail/probe-attachment.ts";
import { countSent } from "../src/mail/probe-counts.ts";
import type { Journey } from "../src/mail/probe-journey.ts";
import { composeProbe, type ProbeId, tokenOf } from "../src/mail/probe-mail.ts";
import { refusalOfReply, tellRefusal } from "../src/mail/probe-report.ts";
import type { Data } from "../src/model/text.ts";
import { SessionError } from "../src/net/library-client.ts";
import { loginOf } from "../src/net/login-options.ts";
import { submit } from "../src/net/submit.ts";
import { bad, largeBad, largeWell, megabytes, tellRefused } from "./mail-roundtrip.meaning.ts";
import { ends, routeOf, seconds, type Step, timed, type Trip } from "./mail-roundtrip.trip.ts";

/** Hands a mail over, and remembers that it is under way. */
export async function send(trip: Trip, step: Step): Promise<Step> {
  const { ctx, options: given, signal } = trip;
  const { from, to } = given;
  const id: ProbeId = { seq: step.journey.seq + 1, random: randomBytes(8).toString("hex") };
  const token = tokenOf(routeOf(given), id, ctx.sign);
  const letter = { ...composeProbe({ ...ends(given), id, token }), ...ends(given) };
  const sentAt = ctx.now();
  const tried: Journey = { ...step.journey, seq: id.seq, triedAt: sentAt };
  const underWay = (unsure: boolean): Journey => ({
    ...tried,
    travelling: [...tried.travelling, { ...id, sentAt, absentAt: sentAt, unsure, putOff: null, size: 0 }],
  });
  try {
    const outcome = await timed(trip, "send", () => submit({ ctx, account: from, signal }, letter));
    trip.loggedIn.push(loginOf(from.user, from.password).account);
    if (outcome.kind === "taken" || outcome.kind === "too-large") {
      const ms = Math.round((trip.metrics.send ?? 0) * 1000);
      return { ...step, journey: { ...countSent(underWay(false)), handed: { seq: id.seq, ms } } };
    }
    const { kind, command, status } = outcome;
    const reply = outcome.reply.slice(0, 300);
    const refusal = refusalOfReply({ host: from.host, status, reply });
    const data: Data = { ...ends(given), number: id.seq, host: from.host, command, status, reply };
    if (kind === "refused") return tellRefused(trip, { ...step, journey: tried }, { code: "send-refused", refusal, data });
    const told = { ...data, ...tellRefusal(refusal, to.address, false) };
    return bad({ ...step, journey: tried }, [{ code: "send-deferred", data: told }]);
  } catch (error) {
    if (!(error instanceof SessionError)) throw error;
    // Broken off after the login, it may have been taken: if it comes, it is looked at; if not, nothing more is said.
    const unsure = error.findings.some(({ code }) => code === "connection-lost");
    return bad({ ...step, journey: unsure ? underWay(true) : tried }, error.findings);
  }
}

/** Hands a mail over with something large attached, where the server does not say beforehand that it is too large. */
export async function sendLarge(trip: Trip, step: Step, size: number): Promise<Step> {
  const { ctx, options: given, signal } = trip;
  const { from } = given;
  const id: ProbeId = { seq: step.journey.seq + 1, random: randomBytes(8).toString("hex") };
  const file = attachmentOf(size, id.seq);
  const letter = {
    ...composeProbe({ ...ends(given), id, token: tokenOf(routeOf(given), id, ctx.sign) }),
    ...ends(given),
    attachment: { ...file, content: () => attachmentContent(file), size: encodedSize(size) },
  };
  const sentAt = ctx.now();
  const { large, travelling } = step.journey;
  const tried: Step = { ...step, journey: { ...step.journey, seq: id.seq, large: { ...large, triedAt: sentAt } } };
  const underWay = (after: Step, unsure: boolean): Step => ({
    ...after,
    journey: { ...after.journey, travelling: [...travelling, { ...id, sentAt, absentAt: sentAt, unsure, putOff: null, size }] },
  });
  const slow = AbortSignal.timeout(given.sizeWithin);
  const data: Data = { ...ends(given), number: id.seq, size: megabytes(size), host: from.host };
  try {
    const outcome = await submit({ ctx, account: from, signal: AbortSignal.any([signal, slow]) }, letter);
    trip.loggedIn.push(loginOf(from.user, from.password).account);
    if (outcome.kind === "taken") {
      const sent = underWay(tried, false);
      return { ...sent, journey: countSent(sent.journey) };
    }
    if (outcome.kind === "too-large") {
      if (given.expect === "rejected") return largeWell(tried);
      const limit = { limit: megabytes(outcome.limit), needs: megabytes(encodedSize(size)) };
      return largeBad(tried, { code: "size-limit", data: { ...data, ...limit } }, 2);
    }
    const { command, status } = outcome;
    const reply = outcome.reply.slice(0, 300);
    const refusal = refusalOfReply({ host: from.host, status, reply });
    return tellRefused(trip, tried, { code: "send-refused", refusal, data: { ...data, command, status, reply }, size });
  } catch (error) {
    if (slow.aborted && !signal.aborted) {
      return largeBad(underWay(tried, true), { code: "size-slow", data: { ...data, within: seconds(given.sizeWithin) } });
    }
    if (!(error instanceof SessionError)) throw error;
    // What keeps it from being handed over is told of the ordinary mails; of this one only what breaks off in its midst.
    const broken = error.findings.some(({ code }) => code === "connection-lost");
    if (!broken) return { ...tried, findings: [...tried.findings, ...error.findings], known: true };
    return largeBad(underWay(tried, true), { code: "size-broken", data });
  }
}
