import { z } from "zod";
import { createXmlParser } from "./xml.ts";

/**
 * What providers publish about their own service. `google`: the incidents of Google Workspace's dashboard; `statuspage`:
 * Atlassian Statuspage's API v2; `graph`: service health of Microsoft Graph; `feed`: RSS 2.0 or Atom (RFC 4287).
 */
export const statusFormats = ["google", "statuspage", "graph", "feed"] as const;
export type StatusFormat = (typeof statusFormats)[number];

/** One incident that is open now, in the provider's own words. */
export interface ProviderIncident {
  /** What it calls the incident; one line, cut. */
  readonly title: string;
  /** The services it names; none where it names none. */
  readonly services: readonly string[];
  /** Milliseconds UTC. */
  readonly since: number | undefined;
  readonly link: string;
  /** `outage`: it is down. `trouble`: it works badly, or for some. `notice`: maintenance and information. */
  readonly grade: "outage" | "trouble" | "notice";
  /** Its own word for that: `SERVICE_OUTAGE`, `major`, `serviceDegradation`. */
  readonly word: string;
}

export interface StatusPage {
  /** Where it was read: links are told from it. */
  readonly url: string;
  readonly text: string;
  /** Milliseconds UTC. */
  readonly now: number;
}

const maxIncidents = 500;
const maxTitle = 200;
/** A feed has no end of an incident but what later entries say: older ones than this are history. */
const feedMs = 24 * 3_600_000;

const oneLine = (text: string): string => {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > maxTitle ? `${line.slice(0, maxTitle - 1)}…` : line;
};

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");
const moment = z
  .string()
  .nullish()
  .transform((value) => {
    const at = Date.parse(value ?? "");
    return Number.isFinite(at) ? at : undefined;
  });
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((some) => (some ?? []).slice(0, maxIncidents));

/**
 * The incidents that are open, of any service. Never throws.
 * @returns undefined for what is no page of this format: nothing is known then
 */
export function readStatusPage(format: StatusFormat, page: StatusPage): readonly ProviderIncident[] | undefined {
  return readers[format](page)?.slice(0, maxIncidents);
}

type Reader = (page: StatusPage) => readonly ProviderIncident[] | undefined;

function jsonOf<T extends z.ZodType>(schema: T, { text: body }: StatusPage): z.output<T> | undefined {
  try {
    return schema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

const googleSchema = z.array(
  z.object({
    id: z.string(),
    begin: moment,
    end: moment,
    external_desc: text,
    severity: text,
    status_impact: text,
    service_name: text,
    uri: text,
    affected_products: list(z.object({ title: text })),
    most_recent_update: z.object({ status: text }).nullish(),
  }),
);

const google: Reader = (page) =>
  // The whole history, the newest first.
  jsonOf(googleSchema, page)?.flatMap((incident) => {
    const { begin, end, severity, status_impact: impact, most_recent_update: latest } = incident;
    const isOver = (end !== undefined && end <= page.now) || latest?.status === "AVAILABLE";
    if (isOver || (begin !== undefined && begin > page.now)) return [];
    const services = [incident.service_name, ...incident.affected_products.map(({ title }) => title)].filter(Boolean);
    const word = impact || severity;
    return [
      {
        // Markdown: its title stands in bold, before the description.
        title: oneLine(incident.external_desc.replaceAll(/\*\*(Title|Summary|Description):?\*\*:?|[*#]/g, " ")),
        services: [...new Set(services)],
        since: begin,
        link: linkOf(incident.uri, page),
        grade:
          /OUTAGE/.test(impact) || (impact === "" && severity === "high")
            ? "outage"
            : /INFORMATION/.test(impact)
              ? "notice"
              : "trouble",
        word,
      },
    ];
  });

const component = z.object({ name: text, status: text });
const incidentFields = { name: text, status: text, impact: text, shortlink: text, created_at: moment, started_at: moment };
const statuspageSchema = z.object({
  page: z.object({ name: z.string() }),
  incidents: z.array(z.object({ ...incidentFields, components: list(component) })),
  components: list(component),
  scheduled_maintenances: list(z.object({ ...incidentFields, components: list(component) })),
});
const closed: ReadonlySet<string> = new Set(["resolved", "postmortem", "completed", "scheduled"]);
const isWorking = (status: string): boolean => ["", "operational", "under_maintenance"].includes(status);

const statuspage: Reader = (page) => {
  const read = jsonOf(statuspageSchema, page);
  if (read === undefined) return undefined;
  const told = [...read.incidents, ...read.scheduled_maintenances].flatMap((incident): readonly ProviderIncident[] => {
    const { status, impact, components, started_at: started, created_at: created } = incident;
    if (closed.has(status)) return [];
    const isNotice = ["none", "maintenance"].includes(impact) || read.scheduled_maintenances.some((it) => it === incident);
    const isDown = impact === "critical" || components.some((one) => one.status === "major_outage");
    return [
      {
        title: oneLine(incident.name),
        services: components.map(({ name }) => name),
        since: started ?? created,
        link: linkOf(incident.shortlink, page),
        grade: isNotice ? "notice" : isDown ? "outage" : "trouble",
        word: impact || status,
      },
    ];
  });
  // Some set a component and write no incident.
  const named = new Set(told.flatMap(({ services }) => services));
  const silent = read.components
    .filter(({ name, status }) => !isWorking(status) && !named.has(name))
    .map(({ name, status }): ProviderIncident => ({
      title: oneLine(name),
      services: [name],
      since: undefined,
      link: linkOf("", page),
      grade: status === "major_outage" ? "outage" : "trouble",
      word: status,
    }));
  return [...told, ...silent];
};

const issue = z.object({
  id: text,
  title: text,
  service: text,
  status: text,
  classification: text,
  isResolved: z.boolean().nullish(),
  startDateTime: moment,
});
/** `healthOverviews`, with or without its issues, and `issues` itself. */
const graphSchema = z.object({ value: z.array(issue.extend({ issues: list(issue) })) });
/** https://learn.microsoft.com/graph/api/resources/servicehealth: what is over, or never was. */
const well = /^(serviceOperational|serviceRestored|resolved|mitigated|falsePositive|postIncidentReviewPublished)/i;
/** The enumeration is in camelCase, and Microsoft's own examples write it in Pascal's. */
const isInterrupted = (status: string): boolean => status.toLowerCase() === "serviceinterruption";

const graph: Reader = (page) =>
  jsonOf(graphSchema, page)?.value.flatMap((entry) => {
    const { service, issues, ...own } = entry;
    const isIssue = own.title !== "";
    const open = isIssue ? [{ ...own, service }] : issues;
    const incidents = open
      .filter(({ isResolved, status }) => isResolved !== true && !well.test(status))
      .map((one): ProviderIncident => ({
        title: oneLine(one.id === "" ? one.title : `${one.id}: ${one.title}`),
        services: [service],
        since: one.startDateTime,
        link: "https://admin.microsoft.com/#/servicehealth",
        // "Limited in scope or impact": some are always open, and about no more than a page of the administrator's.
        grade: one.classification.toLowerCase() === "advisory" ? "notice" : isInterrupted(one.status) ? "outage" : "trouble",
        word: one.status,
      }));
    if (incidents.length > 0 || isIssue || well.test(own.status)) return incidents;
    return [
      {
        title: service,
        services: [service],
        since: undefined,
        link: "https://admin.microsoft.com/#/servicehealth",
        grade: isInterrupted(own.status) ? ("outage" as const) : ("trouble" as const),
        word: own.status,
      },
    ];
  });

const parser = createXmlParser();

const over = /\b(resolved|restored|completed|recovered|fixed|back to normal|operating normally)\b|已?(恢复|解决|修复|结束|完成)/i;
const isNoticeText = /\b(maintenance|scheduled|informational)\b|维护|升级|公告/i;
const isOutageText = /\b(outage|unavailable|down)\b|中断|不可用|宕机/i;
const isPartial = /\b(partial|intermittent|degraded|some)\b|部分|偶发/i;

const feed: Reader = (page) => {
  const entries = entriesOf(page.text);
  if (entries === undefined) return undefined;
  const stories = new Map<string, Entry[]>();
  for (const entry of entries) {
    // An update may be an entry of its own, with its phase before or behind the title.
    const story = entry.link || entry.title.replaceAll(/^\W*\w+\W*[:：-]\s*/g, "");
    stories.set(story, [...(stories.get(story) ?? []), entry]);
  }
  return [...stories.values()].flatMap((story) => {
    const sorted = story.toSorted((a, b) => (b.at ?? 0) - (a.at ?? 0));
    const [latest] = sorted;
    if (latest?.at === undefined || latest.at < page.now - feedMs || latest.at > page.now + feedMs) return [];
    if (over.test(latest.title) || over.test(latest.body)) return [];
    const { title } = latest;
    const grade = isNoticeText.test(title) ? "notice" : isOutageText.test(title) && !isPartial.test(title) ? "outage" : "trouble";
    return [
      {
        title: oneLine(title),
        services: [],
        since: sorted.at(-1)?.at,
        link: linkOf(latest.link, page),
        grade,
        word: /^\W*(\w+)/u.exec(title)?.[1] ?? "",
      } as const,
    ];
  });
};

interface Entry {
  readonly title: string;
  readonly body: string;
  readonly link: string;
  readonly at: number | undefined;
}

function entriesOf(body: string): readonly Entry[] | undefined {
  if (/<!(DOCTYPE|ENTITY)/i.test(body)) return undefined;
  let root: unknown;
  try {
    root = parser.parse(body, true);
  } catch {
    return undefined;
  }
  const channel = child(child(root, "rss"), "channel");
  const atom = child(root, "feed");
  if (channel === undefined && atom === undefined) return undefined;
  const items = channel === undefined ? children(atom, "entry") : children(channel, "item");
  return items.slice(0, maxIncidents).map((item) => {
    const said = (...names: readonly string[]): string =>
      names.map((name) => plainText(textOf(child(item, name)))).find((words) => words !== "") ?? "";
    const at = Date.parse(said("updated", "pubDate", "published", "dc:date"));
    return {
      title: said("title"),
      body: said("content", "content:encoded", "description", "summary").slice(0, 20_000),
      link: said("link") || attribute(child(item, "link"), "href"),
      at: Number.isFinite(at) ? at : undefined,
    };
  });
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
/** The five of XML alone, each once; then what is HTML is taken away. */
const plainText = (words: string): string =>
  oneLineOf(
    words.replaceAll(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => entities[name] ?? "").replaceAll(/<[^>]{0,500}>/g, " "),
  );
const oneLineOf = (words: string): string => words.replaceAll(/\s+/g, " ").trim();

function child(node: unknown, name: string): unknown {
  const one: unknown = Array.isArray(node) ? node[0] : node;
  return typeof one === "object" && one !== null && Object.hasOwn(one, name) ? Reflect.get(one, name) : undefined;
}

function children(node: unknown, name: string): readonly unknown[] {
  const one: unknown = Array.isArray(node) ? node[0] : node;
  const found: unknown = typeof one === "object" && one !== null && Object.hasOwn(one, name) ? Reflect.get(one, name) : undefined;
  return Array.isArray(found) ? found : found === undefined ? [] : [found];
}

function textOf(node: unknown): string {
  const first: unknown = Array.isArray(node) ? node[0] : node;
  if (typeof first === "string") return first;
  const words = child(first, "#text");
  return typeof words === "string" ? words : "";
}

function attribute(node: unknown, name: string): string {
  const value = child(node, `@${name}`);
  return typeof value === "string" ? value : "";
}

/** Where the incident is told, by https; the page itself where it says no such place. */
function linkOf(link: string, { url }: StatusPage): string {
  const found = link === "" ? null : URL.parse(link, url);
  return found?.protocol === "https:" ? found.href.slice(0, 500) : url;
}

const readers: Readonly<Record<StatusFormat, Reader>> = { google, statuspage, graph, feed };
