import { X509Certificate } from "node:crypto";
import { open } from "node:fs/promises";
import { resolve } from "node:path";
import type { z } from "zod";
import type { Settings } from "../model/config.ts";
import { visible } from "../model/visible.ts";
import { fault, show, type Fault } from "./diagnostics.ts";
import { isLoopback, joinHostPort } from "./names.ts";
import type { Reader } from "./reader.ts";
import { selfTestsSchema, settingsSchemas } from "./schema.ts";

const maxCaBytes = 1024 * 1024;

/** A year, and the month of the year before that it is compared with. */
const usuallyKeptMs = 400 * 86_400_000;

/** Independent of each other: two in China, three elsewhere; any one of them that answers proves our way out. */
const egressTargets = ["223.5.5.5:443", "119.29.29.29:443", "1.1.1.1:443", "8.8.8.8:443", "9.9.9.9:443"];

/**
 * Reads `settings` and the authorities that it names. What is wrong in it is as if it were not written, so that the rest can be
 * read and told too: the reader holds the faults.
 */
export async function readSettings(reader: Reader, folder: string, company: string): Promise<Settings> {
  reader.entries(["settings"]);
  reader.onlyKeys(["settings"], Object.keys(settingsSchemas));
  const read = <S extends z.ZodType>(key: string, schema: S) => reader.parse(schema, ["settings", key], undefined);
  const words = {
    timezone: read("timezone", settingsSchemas.timezone),
    language: read("language", settingsSchemas.language),
    company: read("company", settingsSchemas.company),
    url: read("url", settingsSchemas.url),
    data: read("data", settingsSchemas.data),
    http: read("http", settingsSchemas.http),
    dns: read("dns", settingsSchemas.dns),
    tls: read("tls", settingsSchemas.tls),
    network: read("network", settingsSchemas.network),
    spamd: read("spamd", settingsSchemas.spamd),
    keep: read("keep", settingsSchemas.keep),
  };
  const selfTests = readSelfTests(read("self_tests", settingsSchemas.self_tests), reader);
  const listen = words.http?.listen ?? { host: "127.0.0.1", port: 8993 };
  const token = words.http?.token && reader.secret(words.http.token, ["settings", "http", "token"]);
  if (!isLoopback(listen.host) && !token) {
    reader.report(
      ["settings", "http", "listen"],
      fault(
        {
          en: `${joinHostPort(listen.host, listen.port)} can be reached from other machines`,
          zh: `其他机器可以访问 ${joinHostPort(listen.host, listen.port)}`,
        },
        {
          en: "add settings.http.token: { env: NAME }, or listen at 127.0.0.1",
          zh: "请增加 settings.http.token: { env: 变量名 }，或改为监听 127.0.0.1",
        },
      ),
    );
  }
  const extraAuthorities = await readAuthorities(words.tls?.ca ?? [], reader, folder);
  return {
    timezone: words.timezone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone,
    language: words.language ?? "en",
    company: words.company ?? company,
    http: { ...listen, token },
    url: words.url ?? `http://${joinHostPort(listen.host, listen.port)}`,
    dnsServers: words.dns?.servers ?? [],
    authorityPort: words.dns?.authority_port,
    extraAuthorities,
    publicRanges: words.network?.public ?? [],
    spamd: words.spamd,
    keep: { observationsMs: words.keep?.observations ?? usuallyKeptMs, hoursMs: words.keep?.hours ?? usuallyKeptMs },
    selfTests,
    data: resolve(folder, words.data ?? "data"),
  };
}

/** `off`, or where to look for a way out. */
function readSelfTests(value: unknown, reader: Reader): Settings["selfTests"] {
  if (value === undefined || value === null) return { on: true, egressTargets };
  if (value === "off" || value === false) return { on: false, egressTargets: [] };
  if (typeof value === "object" && !Array.isArray(value)) {
    const words: z.output<typeof selfTestsSchema> | undefined = reader.parse(selfTestsSchema, ["settings", "self_tests"]);
    return { on: true, egressTargets: words?.egress ?? egressTargets };
  }
  const shown = show(value);
  reader.report(
    ["settings", "self_tests"],
    fault(
      { en: `${shown.en} is not a choice`, zh: `${shown.zh}不是可用的选项` },
      { en: 'write off, or { egress: ["192.0.2.1:443"] }', zh: '请写 off，或 { egress: ["192.0.2.1:443"] }' },
    ),
  );
  return { on: true, egressTargets };
}

async function readAuthorities(paths: readonly string[], reader: Reader, folder: string): Promise<readonly string[]> {
  const read = await Promise.all(paths.map((path) => readAuthority(resolve(folder, path))));
  return read.flatMap((found, i) => {
    if (typeof found === "string") return [found];
    reader.report(["settings", "tls", "ca", i], found);
    return [];
  });
}

async function readAuthority(file: string): Promise<string | Fault> {
  const shown = visible(file, 200);
  const wrong = (en: string, zh: string): Fault =>
    fault(
      { en: `${shown} ${en}`, zh: `${shown} ${zh}` },
      { en: "name a file with certificates in PEM form", zh: "请指定 PEM 格式的证书文件" },
    );
  let text: string;
  try {
    const handle = await open(file);
    try {
      const about = await handle.stat();
      if (!about.isFile()) return wrong("is not a file", "不是文件");
      if (about.size > maxCaBytes) return wrong("is larger than 1 MiB", "超过 1 MiB");
      text = await handle.readFile("utf8");
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    return code === "ENOENT" ? wrong("does not exist", "不存在") : wrong(`cannot be read (${code})`, `无法读取（${code}）`);
  }
  const blocks = text.match(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----[\s\S]+?-----END (?:TRUSTED )?CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) return wrong("holds no certificate", "不含证书");
  try {
    for (const block of blocks) void new X509Certificate(block);
  } catch {
    return wrong("holds a certificate that cannot be read", "中的证书无法解析");
  }
  return blocks.join("\n");
}
