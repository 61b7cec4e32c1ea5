import { readTagList, tagValue } from "./tag-list.ts";
import { createXmlParser } from "./xml.ts";

/** Other texts at the name are discarded (draft-brand-indicators-for-message-identification 7.2). */
export const isBimiRecord = (text: string): boolean => /^v[ \t]*=[ \t]*BIMI1[ \t]*(?:;|$)/i.test(text);

/** `declined`: `l=` and `a=` are both empty, which says that a domain has no logo to show (4.3.1). */
export type BimiRecord =
  | { readonly kind: "logo"; readonly logo: string; readonly certificate: string | undefined }
  | { readonly kind: "declined" }
  /** The tag whose value cannot be used. */
  | { readonly kind: "bad"; readonly tag: string };

/** Never throws. */
export function readBimiRecord(text: string): BimiRecord {
  const list = readTagList(text);
  const [repeated] = list.repeated;
  const [stray] = list.strays;
  if (repeated !== undefined || stray !== undefined) return { kind: "bad", tag: (repeated ?? stray ?? "").slice(0, 40) };
  const logo = tagValue(list, "l");
  const certificate = tagValue(list, "a") ?? "";
  if (logo === "" && certificate === "") return { kind: "declined" };
  if (logo === undefined || !isHttps(logo)) return { kind: "bad", tag: "l=" };
  if (certificate !== "" && !isHttps(certificate)) return { kind: "bad", tag: "a=" };
  return { kind: "logo", logo, certificate: certificate === "" ? undefined : certificate };
}

const isHttps = (text: string): boolean => URL.parse(text)?.protocol === "https:";

/** BIMI wants at most this many bytes of a logo. */
export const maxLogoBytes = 32_768;
const maxNodes = 20_000;

/** The rules of SVG Tiny PS 1.2 that a logo breaks, as the names of what is missing or too much. Never throws. */
export function lintLogo(svg: string): string[] {
  const rules: string[] = [];
  if (Buffer.byteLength(svg) > maxLogoBytes) return ["≤ 32 KB"];
  const root = rootOf(svg);
  if (root === undefined) return ["<svg>"];
  const attribute = (name: string): string | undefined => {
    const value = root[`@${name}`];
    return typeof value === "string" ? value : undefined;
  };
  if (attribute("version") !== "1.2") rules.push('version="1.2"');
  if (attribute("baseProfile") !== "tiny-ps") rules.push('baseProfile="tiny-ps"');
  if (attribute("x") !== undefined || attribute("y") !== undefined) rules.push("x=, y=");
  const [, , width, height] = (attribute("viewBox") ?? "")
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  if (width === undefined || width !== height || !(width > 0)) rules.push("viewBox");
  const title = root["title"];
  if (title === undefined || title === "") rules.push("<title>");
  return [...rules, ...forbidden(root)];
}

function rootOf(svg: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const document: unknown = createXmlParser().parse(svg);
    const root = isObject(document) ? document["svg"] : undefined;
    // One without attributes and children is read as a text.
    return isObject(root) && !Array.isArray(root) ? root : undefined;
  } catch {
    return undefined;
  }
}

const notAllowed = new Set([
  "script",
  "animate",
  "animatemotion",
  "animatetransform",
  "animatecolor",
  "discard",
  "set",
  "image",
  "foreignobject",
]);

/** Elements that move or run, and references to anything outside. Walks with a list, so that no depth overflows. */
function forbidden(root: Readonly<Record<string, unknown>>): string[] {
  const found = new Set<string>();
  const open: unknown[] = [root];
  for (let seen = 0; open.length > 0 && seen < maxNodes; seen += 1) {
    const node = open.pop();
    if (Array.isArray(node)) open.push(...node);
    else if (isObject(node)) {
      for (const [name, value] of Object.entries(node)) {
        if (notAllowed.has(name.toLowerCase())) found.add(`<${name.toLowerCase()}>`);
        if (/^@(?:xlink:)?href$/.test(name) && typeof value === "string" && !value.startsWith("#")) found.add("href");
        if (typeof value === "object") open.push(value);
      }
    }
  }
  return [...found].toSorted();
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;
