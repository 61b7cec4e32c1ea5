import { z } from "zod";
import { explain, writtenAsDuration } from "../src/model/check.ts";
import { secretOption } from "../src/net/secret-option.ts";

const hour = 3_600_000;
const day = 24 * hour;
const text = z.string().min(1).max(1_000);

/** Exactly one place. */
export const backupOptions = z
  .strictObject({
    what: text.max(200).meta(explain({ en: "What is backed up, as people call it", zh: "备份的内容" })),
    owner: text.max(200).meta(explain({ en: "Who looks after it", zh: "由谁负责" })),
    rpo: z
      .int()
      .min(hour / 4)
      .max(90 * day)
      .meta({
        ...writtenAsDuration,
        ...explain({ en: "How old the newest backup may be (recovery point objective)", zh: "最新备份最多可以多旧（RPO）" }),
      }),
    keep: z
      .int()
      .min(1)
      .max(10_000)
      .default(1)
      .meta(explain({ en: "How many there shall be at least", zh: "至少保留几份" })),
    folder: text
      .optional()
      .meta(explain({ en: "Files, such as /backup/mail/*.tar.zst", zh: "文件，例如 /backup/mail/*.tar.zst" })),
    restic: z
      .strictObject({
        repository: text.meta(
          explain({ en: "As restic takes it: a path, sftp:, s3:, rest:", zh: "按 restic 的写法：路径、sftp:、s3:、rest:" }),
        ),
        password: secretOption.meta(explain({ en: "Its password", zh: "仓库密码" })),
      })
      .optional()
      .meta(explain({ en: "A restic repository", zh: "restic 仓库" })),
    borg: z
      .strictObject({
        repository: text.meta(explain({ en: "As borg takes it: a path or ssh://", zh: "按 borg 的写法：路径或 ssh://" })),
        passphrase: secretOption.optional().meta(explain({ en: "Its passphrase, where it is encrypted", zh: "加密仓库的口令" })),
      })
      .optional()
      .meta(explain({ en: "A Borg repository", zh: "Borg 仓库" })),
    s3: z
      .strictObject({
        endpoint: z
          .url({ protocol: /^https?$/, error: "must be an http or https address" })
          .meta(explain({ en: "The address of the service, without the bucket", zh: "服务地址，不含存储桶" })),
        bucket: z
          .string()
          .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
          .meta(explain({ en: "The bucket", zh: "存储桶" })),
        prefix: z
          .string()
          .max(1_000)
          .default("")
          .meta(explain({ en: "How the names of the backups begin", zh: "备份名称的开头" })),
        region: z
          .string()
          .regex(/^[a-z0-9-]{1,60}$/)
          .default("us-east-1")
          .meta(explain({ en: "The region it is in", zh: "所在地域" })),
        accessKey: z
          .string()
          .min(1)
          .max(200)
          .meta(explain({ en: "The id of a key that may list", zh: "有列出权限的密钥 ID" })),
        secretKey: secretOption.meta(explain({ en: "The secret of that key", zh: "该密钥的密文" })),
        pathStyle: z
          .boolean()
          .default(false)
          .meta(explain({ en: "The bucket stands in the path, as with MinIO", zh: "存储桶写在路径中（如 MinIO）" })),
      })
      .optional()
      .meta(explain({ en: "A bucket that speaks S3", zh: "兼容 S3 的存储桶" })),
    heartbeat: z
      .boolean()
      .optional()
      .meta(explain({ en: "The job reports in by itself at an address", zh: "由任务访问一个地址来报告" })),
  })
  .refine((options) => places.filter((place) => options[place] !== undefined && options[place] !== false).length === 1, {
    error: "must have exactly one of folder, restic, borg, s3 and heartbeat",
  });
export type BackupOptions = z.output<typeof backupOptions>;

const places = ["folder", "restic", "borg", "s3", "heartbeat"] as const;
