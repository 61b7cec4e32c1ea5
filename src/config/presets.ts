import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { otherRefusals } from "../model/provider.ts";
import type { Provider } from "./providers.ts";

/** The sources of the presets, as people write them: every fact with the place it was read at, and when. Not read at a start. */

const fact = <T extends z.ZodType>(value: T) => z.strictObject({ value, source: z.string().min(1), checked_at: z.iso.date() });

const name = z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/);
const text = z.strictObject({ en: z.string().min(1), zh: z.string().min(1) });
const security = z.enum(["tls", "starttls"]);
const port = z.int().min(1).max(65_535);
const ownServer = z.strictObject({ host: name.optional(), port, security });
const server = z.strictObject({ host: name, port, security });
const parts = z.array(z.string().min(1));
const count = z.int().positive();
const secrets = z.array(z.enum(["password", "app-password", "oauth"])).min(1);

const presetSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  title: text,
  facts: z.strictObject({
    imap: fact(ownServer),
    smtp: fact(ownServer),
    pop3: fact(ownServer).optional(),
    regions: fact(
      z.array(
        z.strictObject({
          domains: z.array(name).default([]),
          mx_suffixes: z.array(name).default([]),
          imap: server,
          smtp: server,
          pop3: server.optional(),
        }),
      ),
    ).optional(),
    mx_suffixes: fact(z.array(name)),
    mx_sets: fact(z.array(z.array(name).min(1))),
    junk_folders: fact(parts),
    definite_rejections: fact(parts),
    ambiguous_rejections: fact(parts),
    other_rejections: fact(z.partialRecord(z.enum(otherRefusals), parts.min(1))).optional(),
    id_after_login: fact(z.boolean()),
    dkim_selectors: fact(parts),
    secrets: fact(z.strictObject({ imap: secrets, smtp: secrets })).optional(),
    access: fact(z.array(z.strictObject({ who: z.enum(["admin", "owner"]), path: text }))).optional(),
    logins_per_hour: fact(count).optional(),
    connections: fact(count).optional(),
    messages_per_minute: fact(count).optional(),
    messages_per_day: fact(count).optional(),
    message_bytes: fact(count).optional(),
    quota: fact(z.boolean()).optional(),
    blocked_in: fact(z.array(z.enum(["CN"])).min(1)).optional(),
    status: fact(
      z.strictObject({ url: z.httpUrl(), format: z.enum(["google", "statuspage", "graph", "feed", "page"]) }),
    ).optional(),
    support: fact(z.string().min(1)).optional(),
    advisories: fact(
      z.array(z.strictObject({ on: z.iso.date(), concerns: z.enum(["all", "password"]).default("all"), text })),
    ).optional(),
  }),
});

type Preset = z.output<typeof presetSchema>;

const presetFolder = new URL("./providers/", import.meta.url);

/**
 * All presets by file name, in the order of the names.
 * @throws Error for a preset that is no preset, naming its file
 */
export const readPresets = (folder: URL = presetFolder): readonly Preset[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .toSorted()
    .map((file) => {
      const read = presetSchema.safeParse(parse(readFileSync(new URL(file, folder), "utf8"), { schema: "core" }));
      if (!read.success) throw new Error(`The preset ${file} is wrong: ${z.prettifyError(read.error)}`);
      if (`${read.data.id}.yaml` !== file)
        throw new Error(`The preset ${file} has the id ${read.data.id}; they must be the same`);
      return read.data;
    });

/** What the product takes from a preset. */
const providerOf = ({ id, title, facts }: Preset): Provider => ({
  id,
  title,
  imap: facts.imap.value,
  smtp: facts.smtp.value,
  pop3: facts.pop3?.value,
  regions: (facts.regions?.value ?? []).map(({ mx_suffixes: mxSuffixes, ...region }) => ({ ...region, mxSuffixes })),
  mxSuffixes: facts.mx_suffixes.value,
  mxSets: facts.mx_sets.value,
  junkFolders: facts.junk_folders.value,
  definiteRejections: facts.definite_rejections.value,
  ambiguousRejections: facts.ambiguous_rejections.value,
  otherRejections: facts.other_rejections?.value ?? {},
  idAfterLogin: facts.id_after_login.value,
  dkimSelectors: facts.dkim_selectors.value,
  secrets: facts.secrets?.value,
  access: facts.access?.value ?? [],
  loginsPerHour: facts.logins_per_hour?.value,
  connections: facts.connections?.value,
  messagesPerMinute: facts.messages_per_minute?.value,
  messagesPerDay: facts.messages_per_day?.value,
  messageBytes: facts.message_bytes?.value,
  quota: facts.quota?.value,
  blockedIn: facts.blocked_in?.value ?? [],
  status: facts.status?.value,
  support: facts.support?.value,
  advisories: facts.advisories?.value ?? [],
});

/** The text of `providers/all.json`. */
export const writtenPresets = (presets: readonly Preset[]): string =>
  `${JSON.stringify(presets.map(providerOf), undefined, 1)}\n`;
