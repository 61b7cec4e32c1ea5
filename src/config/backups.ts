import { z } from "zod";
import type { BackupAsset } from "./config.ts";
import { declare } from "./declare.ts";
import { fault, type Path } from "./diagnostics.ts";
import { isText, leaf, oneOf } from "./leaf.ts";
import type { Reader } from "./reader.ts";
import { assetName, boolean, duration, owner, secret, text } from "./schema.ts";

const hour = 3_600_000;
const keep = leaf(
  { en: "a number of backups", zh: "备份份数" },
  { en: "write a whole number from 1 to 10000", zh: "请写 1 至 10000 的整数" },
  (value) => (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 10_000 ? value : undefined),
);
const absolute = leaf(
  { en: "a pattern of files", zh: "文件名模式" },
  { en: "write an absolute path such as /backup/mail/*.tar.zst", zh: "请写绝对路径，例如 /backup/mail/*.tar.zst" },
  (value) => (isText(value) && value.startsWith("/") && value.length <= 1_000 && !value.includes("\0") ? value : undefined),
);
const repository = leaf(
  { en: "a repository", zh: "仓库" },
  { en: "write it as restic or borg take it, such as /backup/repo", zh: "请按 restic 或 borg 的写法填写，例如 /backup/repo" },
  (value) => (isText(value) && value !== "" && !value.startsWith("-") && value.length <= 1_000 ? value : undefined),
);
const endpoint = leaf(
  { en: "the address of a storage service", zh: "存储服务的地址" },
  { en: "write it like https://oss-cn-hangzhou.aliyuncs.com", zh: "请写成 https://oss-cn-hangzhou.aliyuncs.com" },
  (value) => {
    const url = isText(value) ? URL.parse(value) : null;
    return url && /^https?:$/.test(url.protocol) && url.username === "" && url.pathname === "/" ? url.origin : undefined;
  },
);
const bucket = leaf(
  { en: "the name of a bucket", zh: "存储桶名称" },
  { en: "write 3 to 63 small letters, digits, dots and -", zh: "请写 3 至 63 个小写字母、数字、点和 -" },
  (value) => (isText(value) && /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(value) ? value : undefined),
);
const region = leaf({ en: "a region", zh: "地域" }, { en: "write it like cn-hangzhou", zh: "请写成 cn-hangzhou" }, (value) =>
  isText(value) && /^[a-z0-9-]{1,60}$/.test(value) ? value : undefined,
);

const backupSchema = z.strictObject({
  name: assetName({ en: "a name for a backup", zh: "备份的名称" }),
  what: text.optional(),
  owner,
  rpo: duration(hour / 4, 90 * 24 * hour),
  keep: keep.optional(),
  folder: absolute.optional(),
  restic: z.strictObject({ repository, password: secret }).optional(),
  borg: z.strictObject({ repository, passphrase: secret.optional() }).optional(),
  s3: z
    .strictObject({
      endpoint,
      bucket,
      prefix: text.optional(),
      region: region.optional(),
      access_key: text,
      secret_key: secret,
      path_style: boolean.optional(),
    })
    .optional(),
  heartbeat: boolean.optional(),
  business: oneOf(["critical", "normal", "low"]).optional(),
});
type Words = z.output<typeof backupSchema>;

const places = ["folder", "restic", "borg", "s3", "heartbeat"] as const;

export function readBackups(reader: Reader): readonly BackupAsset[] {
  const seen = new Map<string, Path>();
  return reader.items(["backups"]).flatMap((path) => {
    const words = reader.parse(backupSchema, path);
    const { name } = words ?? reader.parts(backupSchema.partial(), path);
    if (!declare(reader, new Map(), seen, name, path) || !words) return [];
    const written = places.filter((place) => words[place] !== undefined && words[place] !== false);
    if (written.length !== 1) {
      const problem =
        written.length === 0
          ? { en: "names no place", zh: "没有写明备份在哪里" }
          : { en: `names ${written.length} places`, zh: `写了 ${written.length} 处位置` };
      const list = places.join(", ");
      reader.report(path, fault(problem, { en: `write one of ${list}`, zh: `请在 ${list} 中只写一个` }));
      return [];
    }
    const { what = words.name, owner: who, rpo, keep: count, business = "normal" } = words;
    const options = {
      what,
      owner: who,
      rpo,
      ...(count === undefined ? {} : { keep: count }),
      ...placeOf(reader, words, path),
    };
    return [{ name: words.name, options, business, path }];
  });
}

/** Where it is, as the check takes it: secrets are read when they are needed. */
function placeOf(reader: Reader, { folder, restic, borg, s3 }: Words, path: Path): Readonly<Record<string, unknown>> {
  if (folder !== undefined) return { folder };
  if (restic) {
    const password = reader.secret(restic.password, [...path, "restic", "password"]);
    return { restic: { repository: restic.repository, password } };
  }
  if (borg) {
    const passphrase = borg.passphrase && reader.secret(borg.passphrase, [...path, "borg", "passphrase"]);
    return { borg: { repository: borg.repository, ...(passphrase ? { passphrase } : {}) } };
  }
  if (!s3) return { heartbeat: true };
  const { endpoint: at, bucket: name, prefix, region: where, access_key: accessKey, secret_key: key, path_style: pathStyle } = s3;
  return {
    s3: {
      endpoint: at,
      bucket: name,
      ...(prefix === undefined ? {} : { prefix }),
      ...(where === undefined ? {} : { region: where }),
      ...(pathStyle === undefined ? {} : { pathStyle }),
      accessKey,
      secretKey: reader.secret(key, [...path, "s3", "secret_key"]),
    },
  };
}
