import type { ClaimCheck } from './claim.js';

/** Short words of other languages that English prose does not have. */
const FOREIGN =
  /(?<![\p{L}\d'/.-])(?:der|das|und|ist|sind|nicht|eine[nrms]?|mit|auf|für|fuer|wird|werden|sollte|bitte|von|zu|im|dem|den|des|auch|sofort|le|les|est|une|dans|avec|pour|sur|sont|pas|il|elle|du|aux|qui|que|el|los|las|es|está|esta|una|uno|por|para|con|del|muy|debe|della|di|che|sono|non|nel|per il|het|een|niet|voor|zijn|met|och|är|att|som|jest|nie|na|się|bir|ve|için|da|do|os|uma|não|nao|com|em)(?![\p{L}\d'/.-])/giu;
const LETTER = /\p{L}/u;
/** Plain Latin letters, and the signs of units. */
const PLAIN = /^[A-Za-zµμΩ°]$/;

/** A word of another language may be English by chance; two are not. */
export const foreignClaim: ClaimCheck = ({ cased, text }) => {
  for (const character of text) {
    if (LETTER.test(character) && !PLAIN.test(character)) return 'It is not written in plain English letters.';
  }
  const foreign = new Set((cased.match(FOREIGN) ?? []).map((word) => word.toLowerCase()));
  return foreign.size >= 2 ? 'It is not written in English.' : null;
};
