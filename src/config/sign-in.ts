import { dirname, resolve } from "node:path";
import type { z } from "zod";
import type { Settings } from "../model/config.ts";
import type { Proxy } from "../model/proxy.ts";
import type { Language } from "../model/text.ts";
import type { ServerWish } from "./config.ts";
import { credentialSchema, type providers } from "./credentials.ts";
import { providerOptions } from "./derive.ts";
import { fault, type Diagnostic, type Path } from "./diagnostics.ts";
import { isRecord, parseSource, readDocument } from "./document.ts";
import { valueAt } from "./issues.ts";
import type { Masker } from "./mask.ts";
import type { MailAddress } from "./names.ts";
import { loadProviders, serversAt } from "./providers.ts";
import { createReader, type Reader } from "./reader.ts";
import { mailboxSchema } from "./schema.ts";
import type { ConfiguredSecret, SecretSpec } from "./secrets.ts";
import { readSettings } from "./settings.ts";

type SignInProvider = (typeof providers)[number];

/** What a sign-in takes from the configuration: all of it may be missing. */
export interface SignInConfig {
  /** Undefined: the file does not say. */
  readonly language: Language | undefined;
  readonly settings: Settings;
  /** Relative paths of the file start here. */
  readonly folder: string;
  /** The login name. */
  readonly user: string;
  readonly imap: ServerWish;
  readonly proxy: Proxy | undefined;
  /** What the check of a login is told of the provider. */
  readonly provider: ReturnType<typeof providerOptions>;
  readonly clientId: string | undefined;
  readonly clientSecret: { readonly spec: SecretSpec; readonly secret: ConfiguredSecret } | undefined;
  readonly tenant: string | undefined;
  readonly tokenUrl: string | undefined;
  /** The file that the configuration already names for the refresh token, as it is written there. */
  readonly tokenFile: string | undefined;
}

interface SignInAsk {
  /** Undefined: there is no file, and none is asked for. */
  readonly file: string | undefined;
  readonly address: MailAddress;
  readonly provider: SignInProvider;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly masker: Masker;
}

/**
 * Reads what concerns one mailbox. The rest of the file may still be wrong: a sign-in comes before the configuration is whole, and what
 * it makes is what the configuration lacks.
 */
export async function loadSignIn(
  ask: SignInAsk,
): Promise<SignInConfig | { readonly language: Language | undefined; readonly errors: readonly Diagnostic[] }> {
  const read = ask.file === undefined ? parseSource("mailvigil.yaml", "{}") : await readDocument(ask.file);
  if ("errors" in read) return { language: undefined, errors: read.errors };
  const folder = dirname(resolve(ask.file ?? "mailvigil.yaml"));
  const reader = createReader(read.source, { env: ask.env, folder, masker: ask.masker });
  const settings = await readSettings(reader, folder, "Mailvigil");
  const mailbox = mailboxOf(reader, ask.address);
  const oauth = mailbox === undefined ? {} : oauthOf(reader, mailbox.path, ask.provider);
  const preset = loadProviders().get(ask.provider);
  const wish = mailbox?.imap ?? {};
  const clientSecret = oauth.client_secret && {
    spec: oauth.client_secret,
    secret: reader.secret(oauth.client_secret, mailbox?.path ?? []),
  };
  const named = valueAt(read.source.value, ["settings", "language"]);
  const language = named === "en" || named === "zh-CN" ? named : undefined;
  if (reader.errors.length > 0) return { language, errors: reader.errors };
  return {
    language,
    settings,
    folder,
    user: mailbox?.login ?? ask.address.address,
    imap: { ...(preset && serversAt(preset, { domain: ask.address.domain, hosts: [wish.host] }).imap), ...wish },
    proxy: mailbox?.proxy && proxyOf(reader, mailbox),
    provider: providerOptions(preset),
    clientId: oauth.client_id,
    clientSecret,
    tenant: oauth.tenant,
    tokenUrl: oauth.token_url,
    tokenFile: oauth.refresh_token?.kind === "file" ? oauth.refresh_token.path : undefined,
  };
}

type Mailbox = z.output<typeof mailboxSchema> & { readonly path: Path };

function mailboxOf(reader: Reader, address: MailAddress): Mailbox | undefined {
  const path = reader.items(["mailboxes"]).find((each) => reader.parts(mailboxSchema.partial(), each).address?.id === address.id);
  const words = path && reader.parse(mailboxSchema, path);
  return words && { ...words, path };
}

function proxyOf(reader: Reader, { proxy, path }: Mailbox): Proxy | undefined {
  if (proxy === undefined) return undefined;
  const { password, ...place } = proxy;
  return password === undefined
    ? place
    : { ...place, password: reader.secret(password, [...path, "proxy", "password"], place.user) };
}

const written = credentialSchema.partial();

/** Its `oauth`, or the credential that it names, which may still lack what the sign-in gives. */
function oauthOf(reader: Reader, mailbox: Path, provider: SignInProvider): z.output<typeof written> {
  const own = [...mailbox, "oauth"];
  const named = valueAt(reader.source.value, own);
  const path = typeof named === "string" ? ["credentials", named] : own;
  if (!isRecord(valueAt(reader.source.value, path))) return {};
  const words = reader.parse(written, path) ?? {};
  if (words.provider !== undefined && words.provider !== provider)
    reader.report(
      [...path, "provider"],
      fault(
        { en: `is ${words.provider}, and not ${provider}`, zh: `是 ${words.provider}，不是 ${provider}` },
        { en: `run mailvigil login ${words.provider}`, zh: `请运行 mailvigil login ${words.provider}` },
      ),
    );
  return words;
}
