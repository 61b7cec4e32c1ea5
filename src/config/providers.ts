import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import type { KnownProvider } from "../model/provider.ts";
import type { Text } from "../model/text.ts";

/** What is known about a mail provider: data that ships with the product, in `providers/<id>.yaml`. */
export interface Provider {
  readonly id: string;
  readonly title: Text;
  /** `host` is undefined for own servers. */
  readonly imap: { readonly host?: string | undefined; readonly port: number; readonly security: "tls" | "starttls" };
  readonly smtp: { readonly host?: string | undefined; readonly port: number; readonly security: "tls" | "starttls" };
  readonly mxSuffixes: readonly string[];
  /** The exchanges that it asks its customers to publish: one of these sets, whole. */
  readonly mxSets: readonly (readonly string[])[];
  readonly junkFolders: readonly string[];
  readonly definiteRejections: readonly string[];
  readonly ambiguousRejections: readonly string[];
  readonly idAfterLogin: boolean;
  /** What it calls its DKIM keys unless somebody chose otherwise. */
  readonly dkimSelectors: readonly string[];
}

/** A provider that is recognised by its MX. */
export type Recognisable = KnownProvider & Pick<Provider, "dkimSelectors" | "mxSets">;

const fact = <T extends z.ZodType>(value: T) => z.strictObject({ value, source: z.string().min(1), checked_at: z.iso.date() });

const server = z.strictObject({ host: z.string().optional(), port: z.int().positive(), security: z.enum(["tls", "starttls"]) });

const presetSchema = z.strictObject({
  id: z.string(),
  title: z.strictObject({ en: z.string(), zh: z.string() }),
  facts: z.strictObject({
    imap: fact(server),
    smtp: fact(server),
    mx_suffixes: fact(z.array(z.string())),
    mx_sets: fact(z.array(z.array(z.string()))),
    junk_folders: fact(z.array(z.string())),
    definite_rejections: fact(z.array(z.string())),
    ambiguous_rejections: fact(z.array(z.string())),
    id_after_login: fact(z.boolean()),
    dkim_selectors: fact(z.array(z.string())),
  }),
});

/** All presets by id. A preset that cannot be read is a fault of the product: it throws. */
export function loadProviders(folder: URL = new URL("./providers/", import.meta.url)): ReadonlyMap<string, Provider> {
  const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  return new Map(
    files.toSorted().map((name) => {
      const { id, title, facts } = presetSchema.parse(parse(readFileSync(new URL(name, folder), "utf8"), { schema: "core" }));
      if (`${id}.yaml` !== name) throw new Error(`The preset "${name}" has the id "${id}"; they must be the same`);
      const provider: Provider = {
        id,
        title,
        imap: facts.imap.value,
        smtp: facts.smtp.value,
        mxSuffixes: facts.mx_suffixes.value,
        mxSets: facts.mx_sets.value,
        junkFolders: facts.junk_folders.value,
        definiteRejections: facts.definite_rejections.value,
        ambiguousRejections: facts.ambiguous_rejections.value,
        idAfterLogin: facts.id_after_login.value,
        dkimSelectors: facts.dkim_selectors.value,
      };
      return [id, provider];
    }),
  );
}

/** Those that can be recognised by their MX. */
export const recognisable = (providers: ReadonlyMap<string, Provider>): readonly Recognisable[] =>
  [...providers.values()].flatMap(({ id, mxSuffixes, mxSets, imap, smtp, dkimSelectors }) =>
    imap.host !== undefined && smtp.host !== undefined
      ? [{ id, mxSuffixes, mxSets, imap: { ...imap, host: imap.host }, smtp: { ...smtp, host: smtp.host }, dkimSelectors }]
      : [],
  );

/** Whose servers these are: the provider that has a server of one of these names. */
export const providerOfHosts = (
  providers: ReadonlyMap<string, Provider>,
  hosts: readonly (string | undefined)[],
): Provider | undefined =>
  [...providers.values()].find((it) =>
    hosts.some((host) => host !== undefined && (host === it.imap.host || host === it.smtp.host)),
  );
