import { existsSync } from "node:fs";
import { access, constants, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { stringify } from "yaml";
import { createMasker } from "../config/mask.ts";
import { toMailAddress, type MailAddress } from "../config/names.ts";
import { writePrivateFile } from "../config/private-file.ts";
import { createSecret, type ConfiguredSecret, type SecretSpec } from "../config/secrets.ts";
import { loadSignIn, type SignInConfig } from "../config/sign-in.ts";
import { reasonText } from "../i18n/reasons.ts";
import { signInFailures, signInPages, signInWords } from "../i18n/sign-in.ts";
import { fill, inLanguage, type Data, type Language } from "../model/text.ts";
import { signInByDevice } from "../net/sign-in-device.ts";
import { signInByLoopback, type LoopbackPages } from "../net/sign-in-loopback.ts";
import {
  type SignedIn,
  type SignInClient,
  type SignInFailure,
  type SignInProvider,
  signInProviders,
  type SignInWorld,
  scopeOf,
} from "../net/sign-in.ts";
import { createNet, type Net } from "../net/world.ts";
import { makeDataFolder } from "../store/data-folder.ts";
import { StoreError } from "../store/store-error.ts";
import { exitUsage, type Env } from "./configuration.ts";
import { interruptible } from "./interruption.ts";
import { prove } from "./login-proof.ts";
import { say as lines } from "./say.ts";
import { configurationFile } from "./start.ts";
import { terminalLanguage } from "./terminal-language.ts";

export interface LoginOptions {
  readonly config?: string;
  readonly clientId?: string;
  readonly clientSecretFile?: string;
  readonly tenant?: string;
  readonly out?: string;
  readonly loopback?: boolean;
}

const exitRefused = 2;
const exitUnknown = 3;
/** 128 and SIGINT, as shells say it. */
const exitInterrupted = 130;

/**
 * Signs a person in at Google or Microsoft 365, proves at the mail server that this opens the mailbox, and keeps the refresh token in a
 * private file. What to open and enter goes to standard error, the lines for the configuration to standard output; no secret to either.
 * Resolves with the exit code: 0 it opens, 2 it was refused, 3 it could not be found out, 64, 130.
 */
export async function login(givenProvider: string, givenAddress: string, options: LoginOptions, env: Env): Promise<number> {
  const terminal = terminalLanguage(env);
  const provider = signInProviders.find((one) => one === givenProvider);
  const address = toMailAddress(givenAddress);
  if (provider === undefined || address === undefined) {
    const word = provider === undefined ? signInWords.noProvider : signInWords.noAddress;
    console.error(fill(inLanguage(word, terminal), { provider: givenProvider, address: givenAddress }));
    return exitUsage;
  }
  const file = configurationFile(options.config, env);
  const masker = createMasker();
  const config = await loadSignIn({ file, address, provider, env, masker });
  if ("errors" in config) {
    for (const error of config.errors) console.error(lines.diagnostic(error, config.language ?? terminal));
    return exitUsage;
  }
  const tell = teller(config.language ?? terminal, (text) => masker.mask(text));
  const prepared = await prepare({ provider, address, options, env, config, file: file ?? "mailvigil.yaml", masker, tell });
  if (prepared === undefined) return exitUsage;
  using interruption = interruptible();
  const net = createNet(config.settings);
  try {
    return await signIn(prepared, net, interruption.signal);
  } finally {
    net.close();
  }
}

type Tell = ReturnType<typeof teller>;

/** Everything goes through the masker, whatever it is made of. */
function teller(language: Language, mask: (text: string) => string) {
  const say = (name: keyof typeof signInWords, data: Data = {}): undefined => {
    console.error(mask(fill(inLanguage(signInWords[name], language), data)));
  };
  return {
    language,
    mask,
    say,
    failed(found: SignInFailure, data: Data): void {
      const known = signInFailures[found.code] ?? signInFailures["token-refused"];
      if (known === undefined) return;
      const chinese = language === "zh-CN";
      const reason = inLanguage(reasonText(found.reason), language);
      const said = reason === "" ? "" : chinese ? `（${reason}）` : ` (${reason})`;
      const text = fill(inLanguage(known.text, language), data);
      console.error(mask(`${text}${said}${chinese ? "。" : "."}\n${fill(inLanguage(known.advice, language), data)}`));
    },
  };
}

interface Asked {
  readonly provider: SignInProvider;
  readonly address: MailAddress;
  readonly options: LoginOptions;
  readonly env: Env;
  readonly config: SignInConfig;
  readonly file: string;
  readonly masker: ReturnType<typeof createMasker>;
  readonly tell: Tell;
}

interface Prepared extends Asked {
  readonly client: SignInClient;
  readonly clientSecret: { readonly spec: SecretSpec; readonly secret: ConfiguredSecret } | undefined;
  /** Absolute. */
  readonly out: string;
}

/** All that can be wrong before anybody signs in. */
async function prepare(asked: Asked): Promise<Prepared | undefined> {
  const { provider, address, options, config, env, masker, tell, file } = asked;
  const clientId = options.clientId ?? config.clientId;
  if (clientId === undefined) return tell.say("noClient", { address: address.address, file });
  const spec: SecretSpec | undefined =
    options.clientSecretFile === undefined ? undefined : { kind: "file", path: resolve(options.clientSecretFile) };
  const clientSecret = spec ? { spec, secret: createSecret(spec, { env, folder: config.folder, masker }) } : config.clientSecret;
  if (provider === "google" && clientSecret === undefined) return tell.say("noClientSecret", { file });
  const read = await clientSecret?.secret.read();
  if (read !== undefined && !("value" in read)) {
    const [problem, remedy] = [read.problem, read.remedy].map((text) => inLanguage(text, tell.language));
    return tell.say("secretUnreadable", { reason: `${problem}${tell.language === "zh-CN" ? "；" : "; "}${remedy}` });
  }
  const out = await placeOf(asked);
  if (out === undefined) return undefined;
  const client: SignInClient = {
    provider,
    clientId,
    clientSecret: read?.value,
    // Microsoft takes a domain of the organisation for its tenant.
    tenant: options.tenant ?? config.tenant ?? address.domain,
    tokenUrl: config.tokenUrl,
    address: address.address,
  };
  return { ...asked, client, clientSecret, out };
}

/** Where the token goes: seen to be possible before anybody signs in. Only a file that is a token's already is written over. */
async function placeOf({ address, options, config, tell }: Asked): Promise<string | undefined> {
  const { data } = config.settings;
  const ours = [join(data, `token-${encodeURIComponent(address.id)}`)];
  if (config.tokenFile !== undefined) ours.unshift(resolve(config.folder, config.tokenFile));
  const out = options.out === undefined ? (ours[0] ?? "") : resolve(options.out);
  if (existsSync(out) && !ours.includes(out)) return tell.say("fileThere", { file: out });
  try {
    if (dirname(out) === data) makeDataFolder(data);
    if (existsSync(out) && !(await stat(out)).isFile()) return tell.say("fileThere", { file: out });
    await access(dirname(out), constants.W_OK | constants.X_OK);
    return out;
  } catch (error) {
    return tell.say("fileNotWritable", { file: out, reason: wordOf(error, tell.language) });
  }
}

function wordOf(error: unknown, language: Language): string {
  if (error instanceof StoreError) return inLanguage(error.text, language);
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

async function signIn(prepared: Prepared, net: Net, signal: AbortSignal): Promise<number> {
  const { client, config, tell, masker, address } = prepared;
  const about = { address: address.address, tenant: client.tenant, client: client.clientId };
  const signedIn = await run(prepared, {
    ...net.checkContext,
    proxy: config.proxy,
    now: Date.now,
    sleep: (ms, until) => pause(ms, undefined, { signal: until }).catch(() => undefined),
    signal,
  });
  if ("code" in signedIn) {
    tell.failed(signedIn, about);
    if (signedIn.code === "interrupted") return exitInterrupted;
    return signedIn.code.startsWith("token-server-") ? exitUnknown : exitRefused;
  }
  masker.learn(signedIn.refreshToken);
  tell.say("signedIn");
  const proof = await prove(prepared, signedIn, net, signal);
  const { account } = signedIn;
  const other = account !== undefined && account.toLowerCase() !== address.address.toLowerCase() ? account : undefined;
  if (proof.status === "critical" && other !== undefined && proof.refused) {
    tell.say("otherAccount", { ...about, account: other });
    return exitRefused;
  }
  if (proof.status === "ok" || proof.status === "warning") {
    tell.say("opens", { ...about, host: proof.host });
    if (other !== undefined) tell.say("onBehalf", { account: other });
  } else tell.say(proof.status === "critical" ? "closed" : "notTried", { finding: proof.finding });
  if (!(await keep(prepared, signedIn))) return exitRefused;
  if (proof.status === "critical") tell.say("afterwards");
  return { ok: 0, warning: 0, critical: exitRefused, unknown: exitUnknown }[proof.status];
}

function run({ client, options, tell, address }: Prepared, world: SignInWorld): Promise<SignedIn | SignInFailure> {
  const scope = scopeOf(client.provider);
  if (client.provider !== "google" && options.loopback !== true) {
    return signInByDevice(client, scope, world, ({ address: url, userCode: code, until }) => {
      const minutes = Math.max(1, Math.round((until - world.now()) / 60_000));
      tell.say("device", { url, code, address: address.address, minutes });
    });
  }
  if (client.provider === "google") tell.say("whyLoopback");
  return signInByLoopback(client, scope, world, {
    show: (url, port) => tell.say("loopback", { url, port, address: address.address }),
    pages,
  });
}

const style = "body{font:16px/1.5 system-ui,sans-serif;margin:4rem auto;max-width:32rem;padding:0 1rem;color-scheme:light dark}";

const page = ({ en, zh }: { readonly en: string; readonly zh: string }): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Mailvigil 邮哨</title><style>${style}</style></head>` +
  `<body><p>${en}</p><p lang="zh-CN">${zh}</p></body></html>`;

const pages: LoopbackPages = {
  done: page(signInPages.done),
  denied: page(signInPages.denied),
  refused: page(signInPages.refused),
};

/** Writes the token, and prints what the configuration needs. */
async function keep({ client, clientSecret, out, config, address, tell }: Prepared, signedIn: SignedIn): Promise<boolean> {
  try {
    await writePrivateFile(out, `${signedIn.refreshToken}\n`);
  } catch (error) {
    tell.say("notStored", { file: out, reason: wordOf(error, tell.language) });
    return false;
  }
  tell.say("stored", { file: out });
  const oauth = {
    provider: client.provider,
    ...(client.provider === "google" ? {} : { tenant: client.tenant }),
    client_id: client.clientId,
    ...(clientSecret === undefined ? {} : { client_secret: written(clientSecret.spec, config.folder) }),
    refresh_token: { file: shortest(out, config.folder) },
    ...(client.tokenUrl === undefined ? {} : { token_url: client.tokenUrl }),
  };
  console.log(tell.mask(stringify({ mailboxes: [{ address: address.address, oauth }] }).trimEnd()));
  return true;
}

function written(spec: SecretSpec, folder: string): Readonly<Record<string, unknown>> {
  if (spec.kind === "env") return { env: spec.name };
  return spec.kind === "file"
    ? { file: isAbsolute(spec.path) ? shortest(spec.path, folder) : spec.path }
    : { command: spec.argv };
}

/** As the configuration names it: relative to its folder where it is inside. */
function shortest(path: string, folder: string): string {
  const inside = relative(folder, path);
  return inside.startsWith("..") || isAbsolute(inside) ? path : inside;
}
