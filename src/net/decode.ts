import { isAscii, isUtf8 } from "node:buffer";

const gbk = new TextDecoder("gbk");

/**
 * What a server wrote, as text: UTF-8, and where it is not that, GBK (QQ answers so: `b5 c7 c2 bc` is 登录). Never throws;
 * bytes that are neither become U+FFFD.
 */
export function decodeText(bytes: Uint8Array): string {
  if (isAscii(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  if (isUtf8(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  return gbk.decode(bytes);
}
