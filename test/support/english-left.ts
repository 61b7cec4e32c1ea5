/** What stands in English for everybody: words of others in quotes, code, commands to type, and names in certificates. */
const asItIs = /「[^」]*」|"[^"]*"|`[^`]*`|\b(?:timedatectl|mailvigil|export default) [A-Za-z -]+|\bCN=[^，。；（）]+/g;

/** Two words of prose in a row. In a name, an address, a code or a record one of them has a dot, a sign, a digit or a capital. */
const prose = /(?<![\w.@/:=*-])[A-Za-z]?[a-z]{2,} \(?[a-z]{2,}(?![\w./@:=*-])/;

/** The first English prose in a text for a Chinese reader; undefined where there is none. */
export const englishLeft = (chinese: string): string | undefined => prose.exec(chinese.replaceAll(asItIs, "「」"))?.[0];
