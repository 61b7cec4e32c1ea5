import { suggest } from "../config/diagnostics.ts";
import { createMessageId } from "../engine/message-id.ts";
import { channelReason } from "../i18n/channel-reasons.ts";
import { channelTestWords } from "../i18n/channel-test.ts";
import { humanDuration } from "../i18n/durations.ts";
import type { Alert } from "../model/alert.ts";
import type { AnyChannel, DeliveryResult } from "../model/channel.ts";
import type { ChannelConfig, Plan } from "../model/config.ts";
import { SecretError } from "../model/secret.ts";
import { inLanguage, type Language, say } from "../model/text.ts";
import { createNet } from "../net/world.ts";
import { loadChannels } from "../plugins.ts";
import { chosenFile, configured, exitUsage, type Env } from "./configuration.ts";

const sendMs = 15_000;
const exitFailed = 2;

/**
 * Sends one real message by a channel of the configuration. That the far side took it is told; that it rings only a person can see.
 * Resolves with the exit code: 0 taken, 2 not, 64 no such channel.
 */
export async function testChannel(name: string, options: { readonly config?: string }, env: Env): Promise<number> {
  const found = await configured(chosenFile(options.config, env), env);
  if (!found) return exitUsage;
  const { plan, language, mask } = found;
  const channel = plan.channels.find((one) => one.name === name);
  const type = channel && (await loadChannels()).get(channel.type);
  if (!channel || !type) {
    const names = plan.channels.map((one) => one.name);
    const remedy = names.length === 0 ? channelTestWords.noneDeclared : suggest(name, names);
    console.error(say(channelTestWords.noSuch, language, { name, remedy: inLanguage(remedy, language) }));
    return exitUsage;
  }
  const result = await sendTest(channel, type, plan);
  const kind = inLanguage(type.title, language);
  if (result.kind === "ok" || result.kind === "accepted") {
    console.log(say(channelTestWords[result.kind], language, { name, type: kind }));
    return 0;
  }
  const reason = inLanguage(channelReason(mask(result.reason)), language);
  const wait = result.kind === "throttled" ? humanDuration(result.retryAfterMs, language) : "";
  console.error(say(wordsFor(result), language, { name, reason, wait }));
  return exitFailed;
}

function wordsFor(result: DeliveryResult) {
  if (result.kind === "throttled") return channelTestWords.throttled;
  return result.kind === "retry" && result.doubt ? channelTestWords.doubtful : channelTestWords.failed;
}

async function sendTest(channel: ChannelConfig, type: AnyChannel, { settings }: Plan): Promise<DeliveryResult> {
  const net = createNet(settings);
  try {
    const unfit = await type.verify?.(channel.options);
    if (unfit !== undefined) return { kind: "bad-channel", reason: unfit };
    return await type.send(testAlert(channel, type, settings), channel.options, {
      dial: net.dial,
      ask: net.ask,
      resolve: net.resolve,
      authorities: settings.extraAuthorities,
      now: Date.now,
      maybeRepeat: false,
      signal: AbortSignal.timeout(sendMs),
    });
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    return { kind: "bad-channel", reason: error.message };
  } finally {
    net.close();
  }
}

/** Of the least priority: it calls nobody at night. */
function testAlert({ name }: ChannelConfig, type: AnyChannel, settings: Plan["settings"]): Alert {
  const language: Language = settings.language;
  const now = Date.now();
  return {
    id: createMessageId(now),
    incident: 0,
    about: "test",
    turn: "opened",
    priority: "P4",
    at: now,
    language,
    title: say(channelTestWords.title, language, { company: settings.company }),
    lines: [
      inLanguage(channelTestWords.nothing, language),
      say(channelTestWords.line, language, { name, type: inLanguage(type.title, language) }),
    ],
    url: settings.url,
    demonstration: false,
    probes: [],
  };
}
