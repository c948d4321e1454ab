//! Words that change what a reply says of a label: negations, hedges, refusals, corrections.
//!
//! Lists of words are separated by white space, lists of expressions by commas; all are folded.

use super::words::Word;

/// Words that turn the labels of a sentence into their opposite, or only suppose them, as does what ends in `n't`.
const NEGATIONS: &str = "absence arent avoid barely cannot cant decline deny denies devoid didnt doesnt dont doubt \
    doubtful except exclude excluded excludes excluding fails failed free hardly if isnt lack lacking lacks neither \
    never no nobody non none nor not nothing opposite rarely refuse reject rejected scarcely seldom unless unlikely \
    wasnt werent whether without wont zero \
    pas jamais aucun aucune ni sans nicht kein keine keinen keiner keineswegs nie niemals ohne weder nunca jamas \
    jamás ninguna ningún ninguno sin mai nessun nessuna não nem sem niet geen nooit inte ikke ei nie não не нет ни \
    без değil yok ليس ليست لا لم لن غير لیس نیست नहीं không bukan tidak לא אין δεν όχι není 不是 不 非 没有 無 아니 아닙니다";

/// Words that turn the label before them into its opposite, even behind a comma.
const REJECTIONS: &str = "arguable debatable implausible improbable inaccurate inadequate inapplicable inappropriate \
    incorrect misleading unsuitable untrue wrong falsch faux incorrecto yanlış неверно";

/// Expressions that turn the label right after them into its opposite, or only offer it.
const CONTRASTS: &str = "rather than,instead,instead of,other than,anything but,everything but,all but,far from,\
    as opposed,as opposed to,less,free from,almost,beyond,candidate is,candidates are,checking,close to,consider,\
    considering,drop,e.g,eg,first check,for example,for instance,forget,ignore,ignoring,nearly,options are,\
    possibility is,possible,possible answer,possible label,potential,potential answer,potential label,quasi,semi,\
    similar to,skip,such as,think about,todo";

/// Expressions that take back the label of their sentence, before or behind it; `{}` is the label.
const DENIALS: &str = "a stretch,along the lines of,alternative is,alternative would be,another category,\
    another label,assuming,at best,at first glance,at first sight,bad choice,bad fit,bad match,between {} and,\
    can you confirm,chances are,come close,comes close,conceivable,confidence in {} is low,confidence in {} low,\
    confidence is low,confidence low,depending on,differ from,different from,differs from,discard,discarded,\
    discarding,discards,dismiss,dismissed,dismisses,dismissing,disqualified,disregard,disregarded,disregarding,\
    disregards,distractor,eliminate,eliminated,eliminates,eliminating,example of a label,fall short,falls short,\
    false positives,feels off,first impression,first thought,fit badly,fit poorly,fits badly,fits poorly,guessing,\
    guesswork,had he,had she,had they,hesitant,hesitate,hypothetically,i am tempted,i considered,i suppose,i suspect,\
    i'm tempted,i've considered,if at all,imaginable,in passing,in theory,incidental,irrelevant to,labels include,\
    limited confidence,list contains,list includes,little confidence,little evidence,little to do with,low confidence,\
    mention of {},mentions {},off the table,otherwise,out of the question,plausible,please confirm,poor choice,\
    poor fit,poor match,process of elimination,red herring,reluctantly,resembles,rule out,ruled out,rules out,\
    ruling out,secondary topic,seems off,slight chance,small chance,some might say,some would say,something else,\
    something like,something similar,speculating,speculation,speculative,speculatively,stop short,stops short,\
    supposing,tangential,tempted to,tempting,theoretically,there is a chance,there's a chance,too broad,too narrow,\
    too specific,unrelated to,unverified,weak evidence,weak fit,weak match,{} is a possibility,{} is an option,\
    {} is false,{} is invalid,{} is mentioned,{} is off,{} is one of several,{} is one of the options,\
    {} is one option,{} is one possibility,{} is out,{} is possible,{} was considered";

/// Expressions of a reply that does not commit itself, or refuses.
const HEDGES: &str = "alternatively,allegedly,ambiguous,apologies,apologise,apologize,apparently,arguably,as a language model,\
    as an ai,borderline,can be either,can't be,can't determine,can't say,can't tell,cannot be,cannot determine,\
    cannot say,cannot tell,claims to,conceivably,could,depends,difficult to,do not know,don't know,either,\
    glad to help,guess,happy to help,hard to,how can i help,i can do,i can help,if anything,if forced,if i had to,i am not able,i am sorry,i can not,i can't,i cannot,i won't,i'm not able,i'm sorry,impossible to,\
    inconclusive,indeterminate,insufficient,it is unclear,it's unclear,kind of,lean,leaning,leans,likely,may,maybe,might,\
    must decline,neither,no clear,none of,not clear,not enough,not possible,not sure,partially,partly,perhaps,\
    possibly,presumably,please paste,please provide,please share,potentially,pretends,pretending,probably,questionable,seemingly,\
    slightly,somewhat,sort of,supposed to,supposedly,tentative,tentatively,toss up,tough call,unable to,uncertain,\
    unclear,undecided,undetermined,unsure,i decline,i disagree,i do not agree,i don't agree,it would be,that would be,\
    this would be,which would be,would be a,would be an,would be my guess,would be wrong,would have,\
    je ne peux pas,je ne sais pas,peut être,peutêtre,probablement,désolé,vielleicht,möglicherweise,wahrscheinlich,\
    vermutlich,es tut mir leid,tut mir leid,nicht sicher,ich weiß nicht,kann ich nicht,ich kann nicht,quizás,quizá,\
    tal vez,probablemente,no puedo,no sé,lo siento,forse,probabilmente,mi dispiace,non posso,talvez,provavelmente,\
    não posso,não sei,desculpe,misschien,waarschijnlijk,kanske,måske,może,возможно,наверное,вероятно,может быть,\
    не могу,не уверен,не уверена,извините,belki,muhtemelen,emin değilim,üzgünüm,maalesef,ربما,لا أستطيع,آسف,\
    शायद,có thể,mungkin";

/// The same in scripts that put no spaces between words.
const HEDGES_WITHOUT_SPACES: &str = "可能,也许,或许,大概,不确定,无法,不能,抱歉,对不起,難,不确,かもしれ,おそらく,たぶん,できません,\
    わかりません,申し訳,すみません,아마,죄송,확실하지";

/// Expressions that take back what was said before them.
const CORRECTIONS: &str = "scratch that,strike that,on second thought,on second thoughts,on reflection,\
    let me reconsider,let me correct,i mean,my mistake,i made a mistake,i misread,i was wrong,that is not right,\
    that's not right,is incorrect,is wrong,should be,wait no,no wait,this does not fit,this doesn't fit,\
    does not quite fit,doesn't quite fit,does not really fit,doesn't really fit,not sure about this,\
    not sure about that,only a guess,just a guess,confidence low,confidence is low,low confidence,may also be,\
    might also be,could also be,alternatively";

/// Words that do so at the start of a line or sentence.
const CORRECTIONS_AT_START: &str = "actually correction hmm hold sorry wait";

/// Words that offer labels instead of choosing them.
const OFFERS: &str = "available candidate candidates option options possible";

/// What stands behind the colon of a label that does not apply, or may not.
const LOW: &str = "false improbable low maybe no possible possibly rejected uncertain unclear unlikely";

/// What a heading calls labels that it only offers.
const OFFERED: &str = "candidates options possibilities";

/// Words that begin a reason.
const REASONS: &str = "because since weil denn parce porque perché want потому çünkü";

/// Words that end a reason, or turn it round.
const TURNS: &str = "actually although but however instead really though whereas while yet";

/// Words that name the answer before a label of few letters: `the answer is B`.
const INTRODUCTIONS: &str =
    "answer is,choice is,category is,class is,label is,option is,grade is,option,class,category,label,grade";

/// Returns whether a word denies or only supposes the labels after it.
pub(super) fn is_negation(word: &str) -> bool {
    has(NEGATIONS, word) || word.ends_with("n't")
}

/// Returns whether a word denies the label before it.
pub(super) fn is_rejection(word: &str) -> bool {
    has(REJECTIONS, word)
}

/// Returns whether a word begins a reason.
pub(super) fn is_reason(word: &str) -> bool {
    has(REASONS, word)
}

/// Returns whether a word ends a reason, or turns it round.
pub(super) fn is_turn(word: &str) -> bool {
    has(TURNS, word)
}

/// Returns whether words deny what follows them.
pub(super) fn ends_in_contrast(words: &[Word]) -> bool {
    ends_in(CONTRASTS, words)
}

/// Returns whether a word behind the colon of a label says that it does not apply, or may not.
pub(super) fn is_low(word: &str) -> bool {
    has(LOW, word)
}

/// Returns whether words end in a heading that offers what follows it.
pub(super) fn ends_in_offer(words: &[Word]) -> bool {
    words.last().is_some_and(|last| has(OFFERED, &last.text) && last.after.contains(':'))
}

/// Returns whether a sentence, in which `{}` is the label, takes it back.
pub(super) fn is_denial(sentence: &[&str]) -> bool {
    holds(DENIALS, &format!(" {} ", sentence.join(" ")))
}

/// Returns whether words name the answer that follows them.
pub(super) fn ends_in_introduction(words: &[Word]) -> bool {
    ends_in(INTRODUCTIONS, words)
}

/// Returns whether words hesitate, refuse, negate or only offer.
pub(super) fn is_doubtful(words: &[Word]) -> bool {
    let texts = texts(words);
    texts.iter().any(|word| is_negation(word) || has(OFFERS, word)) || is_hedged(&texts)
}

/// Returns whether words hesitate or refuse.
pub(super) fn is_hedged(words: &[&str]) -> bool {
    let text = format!(" {} ", words.join(" "));
    holds(HEDGES, &text) || HEDGES_WITHOUT_SPACES.split(',').any(|hedge| text.contains(hedge))
}

/// Returns whether words take back what was said before them.
pub(super) fn is_correction(words: &[Word]) -> bool {
    let begins = |at: usize| {
        let previous = at.checked_sub(1).and_then(|before| words.get(before));
        previous.is_none_or(|word| word.ends_sentence() || word.after.ends_with('\n'))
    };
    let is_no = |word: &Word| word.text == "no" && word.ends_clause();
    let takes_back =
        |(at, word): (usize, &Word)| begins(at) && (has(CORRECTIONS_AT_START, &word.text) || is_no(word));
    words.iter().enumerate().any(takes_back) || holds(CORRECTIONS, &format!(" {} ", texts(words).join(" ")))
}

/// Returns words without what stands around them.
pub(super) fn texts(words: &[Word]) -> Vec<&str> {
    words.iter().map(|word| word.text.as_str()).collect()
}

/// Returns whether a list separated by white space holds a word.
pub(super) fn has(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|listed| listed == word)
}

fn holds(list: &str, text: &str) -> bool {
    list.split(',').any(|expression| text.contains(&format!(" {expression} ")))
}

fn ends_in(list: &str, words: &[Word]) -> bool {
    let text = format!(" {}", texts(&words[words.len().saturating_sub(4)..]).join(" "));
    list.split(',').any(|expression| text.ends_with(&format!(" {expression}")))
}
