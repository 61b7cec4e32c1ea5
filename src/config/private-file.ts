import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";

/**
 * Puts a text into a file that only its owner may read (0600), whole or not at all: whoever reads it meanwhile gets the old one.
 * @throws the system's error, with its code
 */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const beside = `${path}.${randomBytes(6).toString("hex")}.new`;
  const handle = await open(beside, "wx", 0o600);
  try {
    try {
      // The umask may have taken rights away, never added any.
      await handle.chmod(0o600);
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
