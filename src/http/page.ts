import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";

export interface PageFile {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
};

/**
 * The built page, read once: by URL path, so that no path of a request ever reaches the file system. The names of assets
 * hold a hash of their content and may be kept for ever; the rest is asked for each time.
 */
export function loadPage(folder: string): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  const add = (path: string, url: string, cacheControl: string): void => {
    const body = new Uint8Array(readFileSync(path));
    const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
    const type = contentTypes[extname(path)] ?? "application/octet-stream";
    files.set(url, { body, headers: { "content-type": type, "cache-control": cacheControl, etag } });
  };
  const index = join(folder, "index.html");
  if (!existsSync(index)) return files;
  add(index, "/", "no-cache");
  const assets = join(folder, "assets");
  for (const name of existsSync(assets) ? readdirSync(assets) : []) {
    add(join(assets, name), `/assets/${name}`, "public, max-age=31536000, immutable");
  }
  return files;
}
