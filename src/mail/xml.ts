import { XMLParser } from "fast-xml-parser";

/** Reads XML that the network wrote: attributes begin with `@`, values stay text. */
export const createXmlParser = (): XMLParser =>
  new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "@",
    // No entity is ever put in: neither a file of ours nor a billion laughs can come out of one.
    processEntities: false,
    htmlEntities: false,
    parseTagValue: false,
    parseAttributeValue: false,
  });
