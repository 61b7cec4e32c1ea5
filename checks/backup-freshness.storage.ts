import { AwsV4Signer } from "aws4fetch";
import { createXmlParser } from "../src/mail/xml.ts";
import type { CheckContext } from "../src/model/check.ts";
import { quoted } from "../src/model/text.ts";
import { visible } from "../src/model/visible.ts";
import { get } from "../src/net/get.ts";
import type { Generation, Looked } from "./backup-freshness.judge.ts";

export interface Bucket {
  /** `https://oss-cn-hangzhou.aliyuncs.com`. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** The bucket is part of the path and not of the name: MinIO and the like. */
  readonly pathStyle: boolean;
}

const pageSize = 1_000;
const maxPages = 10;
const maxBytes = 4 * 1024 * 1024;
const timeoutMs = 20_000;
/** How long a signed address is of use to whoever sees it. */
const validSeconds = "60";

/** The objects below a prefix, by ListObjectsV2 (Amazon S3 API), at most ten thousand. Never throws but for the signal. */
export async function lookInBucket(ctx: CheckContext, bucket: Bucket, signal: AbortSignal): Promise<Looked> {
  const generations: Generation[] = [];
  let token: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const listed = await listPage(ctx, bucket, token, signal);
    if ("kind" in listed) return listed;
    generations.push(...listed.generations);
    token = listed.next;
    if (token === undefined) return { kind: "listed", generations };
  }
  return { kind: "listed", generations, isCut: true };
}

interface Page {
  readonly generations: readonly Generation[];
  readonly next: string | undefined;
}

async function listPage(
  ctx: CheckContext,
  bucket: Bucket,
  token: string | undefined,
  signal: AbortSignal,
): Promise<Page | Looked> {
  const { ask, authorities } = ctx;
  const answer = await get({
    url: await signedAddress(bucket, token, ctx.now()),
    ask,
    // The operator names it, and it is theirs: many are inside.
    isPublic: () => true,
    authorities,
    signal,
    timeoutMs,
    maxBytes,
    redirects: 0,
  });
  signal.throwIfAborted();
  // The signature in the address lets others in for a while.
  if (answer.kind === "failed") return { kind: "unknown", reason: quoted(answer.text.replaceAll(/\?\S*/g, "")) };
  const xml = parsed(answer.body);
  if (answer.status === 200) {
    const page = readPage(xml["ListBucketResult"]);
    return page ?? { kind: "unknown", reason: "the list of the bucket could not be read" };
  }
  const { Code: code } = objectOf(xml["Error"]);
  const said = quoted(`HTTP ${answer.status} ${typeof code === "string" ? visible(code, 60) : ""}`.trim());
  if (code === "NoSuchBucket" || (answer.status === 404 && code === undefined)) return { kind: "gone", reason: said };
  // Our own clock is the trouble, and not the right to read.
  if (code === "RequestTimeTooSkewed") return { kind: "unknown", reason: said };
  return { kind: answer.status === 401 || answer.status === 403 ? "denied" : "unknown", reason: said };
}

async function signedAddress(
  { endpoint, bucket, prefix, region, accessKey, secretKey, pathStyle }: Bucket,
  token: string | undefined,
  now: number,
): Promise<string> {
  const url = new URL(endpoint);
  if (pathStyle) url.pathname = `/${bucket}`;
  else {
    url.hostname = `${bucket}.${url.hostname}`;
    url.pathname = "/";
  }
  url.searchParams.set("list-type", "2");
  url.searchParams.set("max-keys", String(pageSize));
  if (prefix !== "") url.searchParams.set("prefix", prefix);
  if (token !== undefined) url.searchParams.set("continuation-token", token);
  url.searchParams.set("X-Amz-Expires", validSeconds);
  const signer = new AwsV4Signer({
    url: url.href,
    accessKeyId: accessKey,
    secretAccessKey: secretKey,
    service: "s3",
    region,
    signQuery: true,
    datetime: new Date(now).toISOString().replace(/[-:]|\.\d+/g, ""),
  });
  return (await signer.sign()).url.href;
}

type Xml = Readonly<Record<string, unknown>>;

const objectOf = (value: unknown): Xml => (typeof value === "object" && value !== null ? { ...value } : {});

function parsed(text: string): Xml {
  try {
    return objectOf(createXmlParser().parse(text));
  } catch {
    return {};
  }
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const plain = (text: string): string => text.replace(/&(amp|lt|gt|quot|apos);/g, (all, name: string) => entities[name] ?? all);

function readPage(value: unknown): Page | undefined {
  if (value === undefined) return undefined;
  const { Contents: contents, NextContinuationToken: next, IsTruncated: more } = objectOf(value);
  const listed = Array.isArray(contents) ? contents : contents === undefined ? [] : [contents];
  const generations = listed.flatMap((one: unknown): readonly Generation[] => {
    const { Key: key, LastModified: at, Size: size, ETag: tag } = objectOf(one);
    if (typeof key !== "string" || typeof at !== "string" || typeof size !== "string" || key.endsWith("/")) return [];
    const content = typeof tag === "string" ? `${size} ${tag}` : undefined;
    return [{ name: visible(plain(key), 200), at: Date.parse(at), bytes: Number(size), content }];
  });
  if (generations.some(({ at, bytes }) => !Number.isFinite(at) || !Number.isFinite(bytes))) return undefined;
  return { generations, next: more === "true" && typeof next === "string" ? plain(next) : undefined };
}
