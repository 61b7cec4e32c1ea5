import { randomBytes } from "node:crypto";
import type { Journey } from "../src/mail/probe-journey.ts";
import { composeProbe, type ProbeId, tokenOf } from "../src/mail/probe-mail.ts";
import { refusalOfReply, tellRefusal } from "../src/mail/probe-report.ts";
import type { Data } from "../src/model/text.ts";
import { SessionError } from "../src/net/library-client.ts";
import { loginOf } from "../src/net/login-options.ts";
import { submit } from "../src/net/submit.ts";
import { bad, tellRefused } from "./mail-roundtrip.meaning.ts";
import { ends, routeOf, type Step, timed, type Trip } from "./mail-roundtrip.trip.ts";

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
    travelling: [...tried.travelling, { ...id, sentAt, absentAt: sentAt, unsure, putOff: null }],
  });
  try {
    const outcome = await timed(trip, "send", () => submit({ ctx, account: from, signal }, letter));
    trip.loggedIn.push(loginOf(from.user, from.password).account);
    if (outcome.kind === "taken") return { ...step, journey: underWay(false) };
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
