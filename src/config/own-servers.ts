import { resolve } from "node:path";
import { z } from "zod";
import type { AnyCheck } from "../model/check.ts";
import type { Declared, MailboxAsset } from "./config.ts";
import { declare } from "./declare.ts";
import { fault, type Path } from "./diagnostics.ts";
import type { Draft } from "./draft.ts";
import { isText, leaf, oneOf } from "./leaf.ts";
import { joinHostPort } from "./names.ts";
import type { Reader } from "./reader.ts";
import { boolean, endpointSchema, mailboxSchema, routeSchema } from "./schema.ts";

/** What the company runs itself besides mailboxes: relays that devices send through, and the queues of its own Postfix. */
interface OwnServer extends Declared {
  /** `host:port` of a relay, the host of a queue. */
  readonly id: string;
  readonly everyMs: number | undefined;
  /** As the check takes them. */
  readonly options: Readonly<Record<string, unknown>>;
}
export interface OwnServers {
  readonly relays: readonly OwnServer[];
  readonly queues: readonly OwnServer[];
}

const { host, port, business, off } = endpointSchema.shape;
const { address } = mailboxSchema.shape;
const { every } = routeSchema.shape;

const relaySchema = z.strictObject({
  host,
  port: port.optional(),
  security: oneOf(["tls", "starttls", "none"]).optional(),
  sender: address,
  to: address.optional(),
  hello: host.optional(),
  expect: oneOf(["accepted", "refused"]).optional(),
  relay_test: boolean.optional(),
  every,
  business,
  off,
});

const command = leaf(
  { en: "a command", zh: "命令" },
  {
    en: "write [program, argument, …], such as [ssh, mail.example.com, postqueue, -j]; there is no shell",
    zh: "请写 [程序, 参数, …]，例如 [ssh, mail.example.com, postqueue, -j]，不经过 shell",
  },
  (value) =>
    Array.isArray(value) && value.length > 0 && value.length <= 50 && value.every(isText) && value[0] !== "" ? value : undefined,
);
const filePath = leaf({ en: "a path", zh: "路径" }, { en: "write the path of a file", zh: "请写文件路径" }, (value) =>
  isText(value) && value !== "" && !value.includes("\0") ? value : undefined,
);
const webAddress = leaf(
  { en: "a web address", zh: "网址" },
  { en: "write it like https://mail.example.com/queue.json", zh: "请写成 https://mail.example.com/queue.json" },
  (value) => (isText(value) && /^https?:\/\/\S+$/.test(value) && URL.canParse(value) ? value : undefined),
);

const queueSchema = z.strictObject({
  host,
  command: command.optional(),
  file: filePath.optional(),
  url: webAddress.optional(),
  every,
  business,
  off,
});

interface Known {
  readonly checks: ReadonlyMap<string, AnyCheck>;
  /** Relative paths start here. */
  readonly folder: string;
}

export const readOwnServers = (reader: Reader, known: Known, mailboxes: readonly MailboxAsset[]): OwnServers => ({
  relays: readRelays(reader, known, mailboxes),
  queues: readQueues(reader, known),
});

/** The usual ports (RFC 8314, RFC 6409). */
const usualPort = (security: string | undefined): number => (security === "tls" ? 465 : 587);

function readRelays(reader: Reader, { checks }: Known, mailboxes: readonly MailboxAsset[]): OwnServers["relays"] {
  const seen = new Map<string, Path>();
  return reader.items(["relays"]).flatMap((path) => {
    const words = reader.parse(relaySchema, path);
    const parts = words ?? reader.parts(relaySchema.partial(), path);
    const id = parts.host === undefined ? undefined : joinHostPort(parts.host, parts.port ?? usualPort(parts.security));
    // Somebody outside who exists: the relay may look whether the recipient's domain does.
    const to = parts.to ?? mailboxes.find(({ partner }) => partner)?.address;
    if (words && to === undefined) reader.report([...path, "to"], noRecipient);
    if (!declare(reader, checks, seen, id, path, parts.off) || !words || to === undefined || id === undefined) return [];
    const { sender, port: at, security, hello, expect, relay_test: relayTest } = words;
    const options = Object.fromEntries(
      Object.entries({
        host: words.host,
        port: at,
        security,
        sender: sender.address,
        to: to.address,
        hello,
        expect,
        relayTest,
      }).filter(([, value]) => value !== undefined),
    );
    return [{ id, options, everyMs: words.every, business: words.business ?? "normal", off: words.off, path }];
  });
}

const noRecipient = fault(
  { en: "is missing, and no mailbox is a partner", zh: "缺失，且没有 role: partner 的邮箱" },
  {
    en: "name a recipient outside the company that exists; no mail is sent to it",
    zh: "请写一个公司以外真实存在的收件人；不会向它发送邮件",
  },
);

function readQueues(reader: Reader, { checks, folder }: Known): OwnServers["queues"] {
  const seen = new Map<string, Path>();
  return reader.items(["queues"]).flatMap((path) => {
    const words = reader.parse(queueSchema, path);
    const parts = words ?? reader.parts(queueSchema.partial(), path);
    const { command: argv, file, url } = parts;
    const sources = [argv, file, url].filter((source) => source !== undefined).length;
    if (words && sources !== 1) reader.report(path, sources === 0 ? noSource : manySources);
    if (!declare(reader, checks, seen, parts.host, path, parts.off) || !words || sources !== 1) return [];
    const source = argv ? { command: argv } : file === undefined ? { url } : { file: resolve(folder, file) };
    return [
      {
        id: words.host,
        options: { host: words.host, ...source },
        everyMs: words.every,
        business: words.business ?? "normal",
        off: words.off,
        path,
      },
    ];
  });
}

const oneSource = {
  en: "write command: [ssh, mail.example.com, postqueue, -j], or file:, or url:",
  zh: "请写 command: [ssh, mail.example.com, postqueue, -j]，或 file:，或 url:",
};
const noSource = fault({ en: "does not say where the queue is read", zh: "没有写明从哪里读取队列" }, oneSource);
const manySources = fault({ en: "says more than once where the queue is read", zh: "写了不止一个读取队列的来源" }, oneSource);

export const ownServerDrafts = ({ relays, queues }: OwnServers): readonly Draft[] =>
  [...relays.map((one) => ({ ...one, check: "smtp-relay" })), ...queues.map((one) => ({ ...one, check: "postfix-queue" }))]
    .filter(({ check, off: unwanted }) => !unwanted.includes(check))
    .map(({ id, check, options, everyMs, business: label, path }) => ({
      asset: id,
      check,
      options,
      everyMs,
      business: label,
      path,
    }));
