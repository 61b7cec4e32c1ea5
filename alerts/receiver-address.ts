import { z } from "zod";
import { write } from "../src/model/channel.ts";
import { isSecret, type Secret } from "../src/model/secret.ts";
import { refusedAddress } from "../src/net/post.ts";
import { secretOption } from "../src/net/secret-option.ts";

const parseAddress = (text: string): URL | undefined => {
  const url = URL.parse(text.trim());
  return url !== null && (url.protocol === "https:" || url.protocol === "http:") && url.hostname !== "" ? url : undefined;
};

/** A name and password in a plain text would be a secret in the configuration. */
const isPlainAddress = (value: unknown): boolean => {
  const url = typeof value === "string" ? parseAddress(value) : undefined;
  return url !== undefined && url.username === "" && url.password === "";
};

const addressRemedy = {
  en: "write https://host/path, or { env: NAME } where the address itself is a secret",
  zh: "请写 https://主机/路径；地址本身需保密时写 { env: 变量名 }",
};

/** An address that may stand in the file, or the place of one that is a secret. */
export const addressOption = z
  .custom<string | Secret>((value) => isSecret(value) || isPlainAddress(value), {
    message: "must be an address",
    params: {
      fault: { problem: { en: "is no address that can be posted to", zh: "不是可以推送的地址" }, remedy: addressRemedy },
    },
  })
  .meta(write(addressRemedy));

/** The address of a robot in a chat: whoever has it can post, so it never stands in the file. */
export const secretAddressOption = secretOption.meta(
  write({
    en: "write where the address is that the robot's page shows, such as { env: ROBOT_URL }: it is a secret",
    zh: "请写机器人页面所示地址的来源，例如 { env: ROBOT_URL }；该地址需保密",
  }),
);

/** The receiver is on this machine or in the own network. */
export const allowPrivateOption = z
  .boolean()
  .meta(
    write({
      en: "write true where the receiver is on this machine or in your own network",
      zh: "接收方在本机或内网时请写 true，否则写 false",
    }),
  )
  .default(false);

export interface ReadAddress {
  readonly address: URL;
  /** How the far side is called in reasons. */
  readonly where: string;
}

/** @throws SecretError */
export async function readAddress(url: string | Secret): Promise<ReadAddress | { readonly reason: string }> {
  const address = parseAddress(typeof url === "string" ? url : await url.reveal());
  const where = typeof url === "string" ? (address?.host ?? "the address") : `the address in ${url.source}`;
  return address === undefined ? { reason: `${where} is no http or https address` } : { address, where };
}

/** Why nothing would ever be posted there; undefined when nothing shows without the network. */
export function refusalOf({ address, where }: ReadAddress, allowPrivate: boolean): string | undefined {
  const refused = refusedAddress(address, allowPrivate);
  return refused === undefined ? undefined : `${where}: ${refused}`;
}

/** Of an address that is a secret nothing can be told without reading it. */
export const hostsOf = (url: string | Secret): readonly string[] =>
  typeof url === "string" ? [parseAddress(url)?.hostname ?? ""].filter((host) => host !== "") : [];
