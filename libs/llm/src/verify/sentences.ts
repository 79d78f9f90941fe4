/** A full stop after these does not end a sentence. */
const ABBREVIATION = /\b(?:e\.g|i\.e|vs|approx|cf|no|max|min|avg|ca|resp)\.$/i;
const LIST_MARK = /^\s*(?:[-*•]|\d{1,2}[.)])\s+/;
/** More is not an explanation. */
const MOST_SENTENCES = 40;

function splitLine(line: string): string[] {
  const parts = line.replace(LIST_MARK, '').split(/(?<=[.!?;]["')\]]?)\s+/);
  return parts.reduce<string[]>((sentences, part) => {
    const previous = sentences.at(-1);
    const continues = previous !== undefined && ABBREVIATION.test(previous) && !/^\p{Lu}/u.test(part);
    if (continues) sentences[sentences.length - 1] = `${previous} ${part}`;
    else sentences.push(part);
    return sentences;
  }, []);
}

/** The sentences of a text, without list marks; they are checked and removed one by one. */
export function sentencesOf(text: string): string[] {
  return text
    .split(/[\r\n]+/)
    .flatMap(splitLine)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
    .slice(0, MOST_SENTENCES);
}
