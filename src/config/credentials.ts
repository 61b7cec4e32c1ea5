import { z } from "zod";
import type { OAuth } from "../model/oauth.ts";
import { isSecret } from "../model/secret.ts";
import { fault, suggest, type Path } from "./diagnostics.ts";
import { isRecord } from "./document.ts";
import { valueAt } from "./issues.ts";
import { isText, leaf, oneOf } from "./leaf.ts";
import { toSnake } from "./options.ts";
import type { Reader } from "./reader.ts";
import { date, secret } from "./schema.ts";

const clientId = leaf(
  { en: "a client id", zh: "客户端 ID" },
  { en: "write the id that the provider's page shows for the application", zh: "请写服务商页面上显示的应用（客户端）ID" },
  (value) => (isText(value) && /^[\x21-\x7e]{1,200}$/.test(value) ? value : undefined),
);
const tenant = leaf(
  { en: "a tenant", zh: "租户" },
  {
    en: "write the directory (tenant) id, or a domain such as example.onmicrosoft.com",
    zh: "请写目录（租户）ID，或域名，例如 example.onmicrosoft.com",
  },
  (value) => (isText(value) && /^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*$/i.test(value) ? value.toLowerCase() : undefined),
);
const tokenUrl = leaf(
  { en: "the address of a token server", zh: "令牌服务器的地址" },
  { en: "write it like https://login.example.com/token", zh: "请写成 https://login.example.com/token" },
  (value) => {
    const url = isText(value) ? URL.parse(value) : null;
    return url?.protocol === "https:" && url.username === "" && url.password === "" ? url.href : undefined;
  },
);

export const providers = ["google", "microsoft365", "microsoft365-china"] as const;

/** One entry of `credentials`, or `oauth` at a mailbox. */
export const credentialSchema = z.strictObject({
  provider: oneOf(providers),
  service_account: secret.optional(),
  tenant: tenant.optional(),
  client_id: clientId.optional(),
  client_secret: secret.optional(),
  refresh_token: secret.optional(),
  token_url: tokenUrl.optional(),
  secret_expires: date.optional(),
});
type Words = z.output<typeof credentialSchema>;

const wayKeys = ["service_account", "tenant", "client_id", "client_secret", "refresh_token"] as const;
type WayKey = (typeof wayKeys)[number];

/** The keys of each way to a token; those of another way are told to be too much. */
const ways: Readonly<Record<string, { readonly needs: readonly WayKey[]; readonly may?: readonly WayKey[] }>> = {
  serviceAccount: { needs: ["service_account"] },
  refreshToken: { needs: ["client_id", "client_secret", "refresh_token"] },
  microsoft: { needs: ["tenant", "client_id", "client_secret"] },
  // A public client has no secret.
  microsoftUser: { needs: ["tenant", "client_id", "refresh_token"], may: ["client_secret"] },
};

const remedies = {
  google: {
    en: "write service_account: { file: key.json }; or client_id, client_secret and refresh_token",
    zh: "请写 service_account: { file: key.json }；或 client_id、client_secret 和 refresh_token",
  },
  microsoft: {
    en: "write tenant, client_id and client_secret; or tenant, client_id and refresh_token",
    zh: "请写 tenant、client_id 和 client_secret；或 tenant、client_id 和 refresh_token",
  },
} as const;

/** By name; undefined: it is written, and wrong. */
export type Credentials = ReadonlyMap<string, OAuth | undefined>;

export const readCredentials = (reader: Reader): Credentials =>
  new Map(reader.entries(["credentials"]).map(([name, path]) => [name, readCredential(reader, path, name)]));

/** What a mailbox says in `oauth`: the name of one of the credentials, or one of its own. */
export function readOAuth(reader: Reader, path: Path, credentials: Credentials, mailbox: string): OAuth | undefined {
  const value = valueAt(reader.source.value, path);
  if (isRecord(value)) return readCredential(reader, path, mailbox);
  if (typeof value === "string" && credentials.has(value)) return credentials.get(value);
  const names = [...credentials.keys()];
  reader.report(
    path,
    fault(
      { en: "there is no such credential", zh: "没有这个凭据" },
      names.length === 0 ? { en: "declare it in credentials", zh: "请在 credentials 中声明" } : suggest(String(value), names),
    ),
  );
  return undefined;
}

/** Options of a probe in which `{ credential: NAME }` has become that entry of `credentials`. */
export function withCredentials(
  reader: Reader,
  options: Readonly<Record<string, unknown>>,
  { path, credentials }: { readonly path: Path; readonly credentials: Credentials },
): Readonly<Record<string, unknown>> {
  const value = (inner: unknown, at: Path): unknown => {
    if (Array.isArray(inner)) return inner.map((item, i) => value(item, [...at, i]));
    if (!isRecord(inner) || isSecret(inner)) return inner;
    if (Object.keys(inner).length === 1 && typeof inner["credential"] === "string")
      return readOAuth(reader, [...at, "credential"], credentials, "");
    return withCredentials(reader, inner, { path: at, credentials });
  };
  return Object.fromEntries(Object.entries(options).map(([key, inner]) => [key, value(inner, [...path, toSnake(key)])]));
}

function readCredential(reader: Reader, path: Path, name: string): OAuth | undefined {
  const words = reader.parse(credentialSchema, path);
  if (!words) return undefined;
  const isGoogle = words.provider === "google";
  const remedy = isGoogle ? remedies.google : remedies.microsoft;
  const { needs = [], may = [] } = ways[wayOf(words)] ?? {};
  const before = reader.errors.length;
  for (const key of wayKeys) {
    const wanted = needs.includes(key);
    if (wanted && words[key] === undefined) reader.report([...path, key], fault({ en: "is missing", zh: "缺失" }, remedy));
    if (!wanted && !may.includes(key) && words[key] !== undefined) {
      reader.report([...path, key], fault({ en: "does not belong here", zh: "不属于这种登录方式" }, remedy), "key");
    }
  }
  return reader.errors.length > before ? undefined : credentialOf(reader, words, { path, name });
}

function wayOf({ provider, service_account: key, refresh_token: refresh, client_id: client }: Words): string {
  if (provider !== "google") return refresh === undefined ? "microsoft" : "microsoftUser";
  return key === undefined && (refresh ?? client) !== undefined ? "refreshToken" : "serviceAccount";
}

function credentialOf(
  reader: Reader,
  words: Words,
  { path, name }: { readonly path: Path; readonly name: string },
): OAuth | undefined {
  const {
    provider,
    service_account: key,
    refresh_token: refresh,
    client_id: id = "",
    client_secret: client,
    tenant: of = "",
  } = words;
  const kept = (spec: NonNullable<typeof key>, where: WayKey) => reader.secret(spec, [...path, where]);
  const { masker } = reader;
  const common = {
    name,
    ...(words.token_url === undefined ? {} : { tokenUrl: words.token_url }),
    ...(words.secret_expires === undefined ? {} : { secretExpires: words.secret_expires }),
    hide: (token: string) => masker.learn(token),
    unhide: (token: string) => masker.forget(token),
  };
  if (key) return { ...common, kind: "google-service-account", secret: kept(key, "service_account") };
  const clientSecret = client && kept(client, "client_secret");
  if (provider !== "google" && refresh) {
    const user = {
      ...common,
      kind: `${provider}-user` as const,
      clientId: id,
      tenant: of,
      secret: kept(refresh, "refresh_token"),
    };
    return clientSecret ? { ...user, clientSecret } : user;
  }
  if (!clientSecret) return undefined;
  if (provider !== "google") return { ...common, kind: provider, clientId: id, tenant: of, secret: clientSecret };
  return (
    refresh && { ...common, kind: "google-refresh-token", clientId: id, clientSecret, secret: kept(refresh, "refresh_token") }
  );
}
