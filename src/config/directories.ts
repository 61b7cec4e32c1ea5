import { z } from "zod";
import type { AnyCheck } from "../model/check.ts";
import type { Config, Declared } from "./config.ts";
import { declare } from "./declare.ts";
import { fault, type Path } from "./diagnostics.ts";
import type { Draft } from "./draft.ts";
import { leaf, oneOf } from "./leaf.ts";
import { joinHostPort } from "./names.ts";
import type { Reader } from "./reader.ts";
import { endpointSchema, routeSchema, secret, text } from "./schema.ts";

/** A directory of accounts that logins to mail hang on. */
export interface DirectoryAsset extends Declared {
  /** `host:port` */
  readonly id: string;
  readonly everyMs: number | undefined;
  readonly isTls: boolean;
  /** As the check takes them. */
  readonly options: Readonly<Record<string, unknown>>;
}

const { host, port, business, off } = endpointSchema.shape;

const accounts = leaf(
  { en: "a number of accounts", zh: "账号数" },
  { en: "write a whole number from 1 to 20000", zh: "请写 1 至 20000 的整数" },
  (value) => (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 20_000 ? value : undefined),
);

const directorySchema = z.strictObject({
  host,
  port: port.optional(),
  security: oneOf(["tls", "starttls", "none"]).optional(),
  user: text.optional(),
  password: secret.optional(),
  base: text,
  filter: text.optional(),
  accounts: accounts.optional(),
  every: routeSchema.shape.every,
  business,
  off,
});

/** The usual ports (RFC 4516 section 2, and 636 since LDAPS). */
const portOf = (security: string | undefined): number => (security === "starttls" || security === "none" ? 389 : 636);

export function readDirectories(reader: Reader, checks: ReadonlyMap<string, AnyCheck>): readonly DirectoryAsset[] {
  const seen = new Map<string, Path>();
  return reader.items(["directories"]).flatMap((path) => {
    const words = reader.parse(directorySchema, path);
    const parts = words ?? reader.parts(directorySchema.partial(), path);
    const at = parts.port ?? portOf(parts.security);
    const id = parts.host === undefined ? undefined : joinHostPort(parts.host, at);
    const { user, password: spec } = parts;
    const password = spec && reader.secret(spec, [...path, "password"], user);
    const isHalf = words !== undefined && (user === undefined) !== (spec === undefined);
    if (isHalf) reader.report([...path, user === undefined ? "user" : "password"], half);
    if (!declare(reader, checks, seen, id, path, parts.off) || !words || id === undefined || isHalf) return [];
    const { security = at === 389 ? "starttls" : "tls", base, filter, accounts: least } = words;
    if (security === "none" && password) {
      reader.report([...path, "security"], unprotected);
      return [];
    }
    const options = Object.fromEntries(
      Object.entries({ host: words.host, port: at, security, user, password, base, filter, accounts: least }).filter(
        ([, value]) => value !== undefined,
      ),
    );
    const isTls = security === "tls";
    return [{ id, isTls, options, everyMs: words.every, business: words.business ?? "normal", off: words.off, path }];
  });
}

const half = fault(
  { en: "is missing", zh: "缺失" },
  { en: "write user and password, or neither for an anonymous look-up", zh: "请同时写 user 和 password；匿名查询则都不写" },
);
const unprotected = fault(
  { en: "would send the password without encryption", zh: "会在不加密的情况下发送密码" },
  { en: "write tls or starttls", zh: "请写 tls 或 starttls" },
);

/** What looks at each: the directory itself, and its certificate where TLS is there from the first byte. */
export const directoryDrafts = ({ directories, endpoints }: Config): readonly Draft[] =>
  directories.flatMap(({ id, isTls, options, everyMs, business: label, off: unwanted, path }) => {
    const common = { asset: id, business: label, path };
    const { host: name, port: at } = options;
    const isEndpoint = endpoints.some((endpoint) => joinHostPort(endpoint.host, endpoint.port) === id);
    const drafts: readonly Draft[] = [
      { ...common, check: "ldap-directory", options, everyMs },
      ...(isTls && !isEndpoint
        ? [{ ...common, check: "tls-certificate", options: { host: name, port: at, protocol: "tls" } }]
        : []),
    ];
    return drafts.filter(({ check }) => !unwanted.includes(check));
  });
