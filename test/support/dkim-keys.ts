import { createPublicKey, randomBytes } from "node:crypto";

/** A public RSA key of exactly so many bits, as `p=` holds it. Nobody can sign with it: its modulus is any odd number. */
export function rsaKey(bits: number, form: "spki" | "pkcs1" = "spki"): string {
  const modulus = randomBytes(Math.ceil(bits / 8));
  modulus[0] = 1 << ((bits - 1) % 8);
  modulus[modulus.length - 1] = 0xfb;
  const key = createPublicKey({ key: { kty: "RSA", n: modulus.toString("base64url"), e: "AQAB" }, format: "jwk" });
  return key.export({ type: form, format: "der" }).toString("base64");
}

/** As `p=` holds it: the bare bytes. */
export const ed25519Key = (bytes = 32): string => randomBytes(bytes).toString("base64");
