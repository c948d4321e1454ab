//! Words that change what a reply says of a label: those that affirm it, and hedges, refusals and corrections.
//!
//! Lists of words are separated by white space, `_` joins the words of an expression; those of hedges and corrections
//! are separated by commas. All are folded.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::frame::Strength;
use super::words::{Word, words};

/// Words and expressions that say that the label beside them is so.
const VERBS: &str = "is it's that's applies asks asking wants needs_help_with falls belongs fits matches \
    relates concerns describes expresses conveys shows indicates reports corresponds represents reflects \
    refers talks discusses suits choose choosing select pick assign classify categorize classified_as \
    labeled_as labelled_as categorized_as i_chose i_selected i_picked i_assigned i_classified i_labeled \
    i_have_classified i_have_chosen i_have_selected i_predict i_conclude i_label i_would_label i'd_label \
    i_say i'd_say i_would_say i_call i'd_call i_would_call i_go_with i'd_go_with i_would_go_with \
    i'll_go_with i_will_go_with going_with would_go_to comes_from deals_with would_be should_be must_be \
    has_to_be can_be_classified can_be_labeled can_be_categorized seems_to_be appears_to_be looks_like \
    i_prefer i_find_it i_find_this ist lautet passt gehört est c'est correspond concerne es corresponde \
    trata è riguarda corrisponde é pertence gaat hoort это относится";

/// Words that make a conclusion of what follows them, whatever stood before.
const CONCLUSIONS: &str = "so therefore thus hence consequently accordingly also folglich daher somit donc \
    ainsi entonces quindi portanto dus поэтому следовательно";

/// Words and expressions that affirm the label behind them.
const OPENERS: &str = "clearly definitely undoubtedly certainly evidently obviously absolutely \
    unambiguously overall finally sure okay ok yes of_course no_doubt without_a_doubt without_doubt \
    there_is_no_doubt klar eindeutig clairement claramente chiaramente duidelijk конечно";

/// Words and expressions that announce the label behind them.
const NAMES: &str = "label intent intention category class topic tag sentiment type answer choice option \
    classification tone mood emotion opinion decision verdict conclusion summary prediction result output \
    fit match pick winner stance polarity response analysis genre theme severity priority hello hi \
    thanks_for_the_question thank_you here_you_go careful_consideration after_reading after_analyzing \
    most_appropriate most_fitting most_suitable most_accurate most_relevant high_confidence considering \
    given based_on judging_by looking_at according_to selected assigned classified labeled described \
    antwort kategorie klasse stimmung thema réponse étiquette catégorie classe respuesta etiqueta categoría \
    clase risposta etichetta categoria resposta antwoord categorie ответ категория 情感 标签 分类 类别 答案 分類";

/// Words and expressions that say nothing by themselves.
const FILLERS: &str = "the this that what which its their his her my here here_are to as of for in on into \
    under with by it i i_would i'd i_will i'll i_have i've i_am i'm confident_that i_think i_believe i_find \
    i_see i_can_confirm_that i_am_sure i'm_sure i_am_certain i'm_certain i_am_confident i'm_confident \
    i_read appropriate correct right best fitting suitable accurate relevant proper final overall chosen \
    predicted detected identified single main primary dominant top user clear exactly perfectly better \
    {}_one well strongly very high confidence score about everything after wording content context \
    information provided above behind this_one that_one the_one the_best_one been to_be to_know \
    an_example_of a_case_of a_matter_of an_instance_of a_clear_case_of as_a_classifier a_{} an_{} a_text \
    a_message a_query a_review a_request a_question a_comment how_to help_with written all_about the_labels \
    that_apply not_any_other no_other_label_fits der die das den dem ein eine einen diese dieser dieses \
    unter zu ich dies hier als von für le la les un une ce cette de du texte el los una este esta texto il \
    lo questo questa testo o os uma do da het een dit этот эта текст к";

/// Words that begin what the label was chosen from, at the start of a sentence.
const CHOOSING: &str = "among from given of out";

/// What stands between them and the next.
const CHOSEN_OF: &str = "all available given listed of possible provided the these those";

/// What the label was chosen from.
const CHOICES: &str = "categories choices classes intents labels list options tags topics";

/// What may follow a label and `is`: not `in`, as in `x is in the text`.
pub(super) const PREDICATES: &str = "the my clearly correct right best better most what exactly definitely";

/// Verbs that say what something is instead of what it does.
pub(super) const BEING: &str = "is was were stands seems looks sounds feels";

/// What a label is called that a later sentence may deny: `this label does not apply`.
pub(super) const ANSWERS: &str = "answer answers categories category choice choices class classes classification label labels \
    option options pick picks tag tags verdict";

/// What a line of its own may deny of a label: `applies: no`.
pub(super) const MERITS: &str = "applicable applies correct fits match matches valid";

/// Nouns and pronouns for the text and who wrote it.
pub(super) const SUBJECTS: &str = "text message query customer user author review comment sentence request \
    question tweet post document article email mail ticket statement snippet speaker reviewer writer \
    passage input phrase words word person client sender they he she";

/// Words before them.
pub(super) const DETERMINERS: &str = "the this that these those its their his her it der die das er sie es \
    le il la elle el lo он она что";

/// Words of who answers.
pub(super) const ONESELF: &str =
    "i i'm i'd i've i'll im me my myself we ich mir meine je moi yo mi io eu я мне";

/// Words that turn a sentence into its opposite, as does what ends in `n't`.
const NEGATIONS: &str = "not no never nothing neither nor without hardly barely less rejected nicht kein \
    keine pas ne non não niet не";

/// What a confidence is called.
pub(super) const CERTAINTIES: &str = "confidence certainty probability likelihood chance";

/// The same of who is confident.
pub(super) const CERTAIN: &str = "confident certain sure";

/// What they are called where they are low.
pub(super) const LOW: &str = "low lowish little limited weak poor minimal scant small slim slight zero none \
    no false";

/// What casts doubt on the label that it stands at.
const DOUBTING_MARKS: &str = "~?؟？≠¬≈±✗✘❌🚫⛔🤔🤷⚠👎";

/// Expressions of a reply that does not commit itself, or refuses, wherever they stand.
const HEDGES: &str = "alternatively,ambiguous,apologies,apologise,apologize,as an ai,as a language model,\
    can't be,can't tell,cannot be,cannot determine,cannot say,cannot tell,could,depends,difficult to,either,\
    guess,happy to help,glad to help,hard to,i can't,i cannot,i can not,i won't,i'm not able,i am not able,\
    i'm sorry,i am sorry,how can i help,i can help,impossible to,inconclusive,indeterminate,insufficient,\
    likely,may,maybe,might,neither,no clear,not clear,not enough,not possible,not sure,perhaps,possibly,\
    please paste,please provide,please share,probably,tentative,tentatively,unable to,uncertain,unclear,\
    undecided,undetermined,unsure,je ne peux pas,je ne sais pas,peut être,peutêtre,probablement,désolé,\
    vielleicht,möglicherweise,wahrscheinlich,vermutlich,es tut mir leid,tut mir leid,nicht sicher,\
    ich weiß nicht,kann ich nicht,ich kann nicht,quizás,quizá,tal vez,probablemente,no puedo,no sé,\
    lo siento,forse,probabilmente,mi dispiace,non posso,talvez,provavelmente,não posso,não sei,desculpe,\
    misschien,waarschijnlijk,kanske,måske,может,возможно,наверное,вероятно,может быть,не могу,не уверен,\
    не уверена,извините,belki,muhtemelen,emin değilim,üzgünüm,maalesef,ربما,لا أستطيع,آسف,शायद,có thể,\
    mungkin";

/// The same in scripts that put no spaces between words.
const HEDGES_WITHOUT_SPACES: &str = "可能,也许,或许,大概,不确定,无法,不能,抱歉,对不起,難,不确,かもしれ,おそらく,たぶん,できません,\
    わかりません,申し訳,すみません,아마,죄송,확실하지";

/// Expressions that take back what was said before them.
const CORRECTIONS: &str = "scratch that,strike that,on second thought,on second thoughts,on reflection,\
    my mistake,let me reconsider,let me correct,that is not right,that's not right,is incorrect,is wrong,\
    should be,wait no,no wait,this does not fit,this doesn't fit,does not quite fit,doesn't quite fit,\
    does not really fit,doesn't really fit,only a guess,just a guess,may also be,might also be,\
    could also be,alternatively";

/// Words that do so at the start of a line or sentence.
const CORRECTIONS_AT_START: &str = "actually correction hmm hold sorry wait";

/// Words that begin a reason.
pub(super) const REASONS: &str =
    "because since as weil denn da parce car porque perché want omdat потому 因为 çünkü";

/// Words that end a reason, or turn it round.
const TURNS: &str = "actually although but however instead really though whereas while yet";

/// Words in the names of keys and elements that hold no answer, besides those of negation.
const REFUSALS: &str = "alternative alternatives discarded example except excluded false incorrect invalid opposite \
    possible previous wrong";

/// The same where they stand last: an `error_type` may be the answer.
const REFUSALS_AT_END: &str = "error errors question";

/// Words that name the answer before a label of few letters: `the answer is B`.
const INTRODUCTIONS: &str =
    "answer is,choice is,category is,class is,label is,option is,grade is,option,class,category,label,grade";

/// Returns what a word or expression does in a frame; `None` where it is not known to affirm.
pub(super) fn strength(expression: &str) -> Option<Strength> {
    static STRENGTHS: LazyLock<HashMap<&str, Strength>> = LazyLock::new(|| {
        let each = |(list, strength): (&'static str, Strength)| {
            list.split_whitespace().map(move |word| (word, strength))
        };
        [
            (FILLERS, Strength::Filler),
            (SUBJECTS, Strength::Filler),
            (NAMES, Strength::Name),
            (OPENERS, Strength::Verb),
            (CONCLUSIONS, Strength::Verb),
            (VERBS, Strength::Verb),
        ]
        .into_iter()
        .flat_map(each)
        .collect()
    });
    STRENGTHS.get(expression).copied()
}

/// Returns how many words tell at the start of a sentence what a label was chosen from: `of all 77 labels`.
pub(super) fn choices(words: &[&str]) -> usize {
    let is_between = |word: &&&str| has(CHOSEN_OF, word) || word.parse::<u32>().is_ok();
    match words {
        [first, rest @ ..] if has(CHOOSING, first) => {
            let length = rest.iter().take_while(is_between).count();
            if rest.get(length).is_some_and(|word| has(CHOICES, word)) { length + 2 } else { 0 }
        }
        _ => 0,
    }
}

/// Returns whether a word makes a conclusion of what follows it.
pub(super) fn is_conclusion(word: &Word) -> bool {
    has(CONCLUSIONS, &word.text)
}

/// Returns whether a word turns its sentence into the opposite.
pub(super) fn is_negation(word: &Word) -> bool {
    has(NEGATIONS, &word.text) || word.text.ends_with("n't")
}

/// Returns whether what stands at a word casts doubt on it.
pub(super) fn is_doubting(word: &Word) -> bool {
    let doubts = |letter: char| DOUBTING_MARKS.contains(letter);
    word.before.contains('!') || word.before.contains(doubts) || word.after.contains(doubts)
}

/// Returns whether a word begins a reason.
pub(super) fn is_reason(word: &Word) -> bool {
    has(REASONS, &word.text)
}

/// Returns whether a word ends a reason, or turns it round.
pub(super) fn is_turn(word: &Word) -> bool {
    has(TURNS, &word.text)
}

/// Returns whether words name the answer that follows them.
pub(super) fn ends_in_introduction(words: &[Word]) -> bool {
    let text = format!(" {}", texts(&words[words.len().saturating_sub(4)..]).join(" "));
    INTRODUCTIONS.split(',').any(|expression| text.ends_with(&format!(" {expression}")))
}

/// Returns whether the name of a key or an element says that it holds no answer: `not`, `rejected_label`.
pub(super) fn is_refusal(name: &str) -> bool {
    let words = words(name);
    let ends = words.last().is_some_and(|word| has(REFUSALS_AT_END, &word.text));
    ends || is_hedged(&words) || words.iter().any(|word| is_negation(word) || has(REFUSALS, &word.text))
}

/// Returns whether words hesitate or refuse.
pub(super) fn is_hedged(words: &[Word]) -> bool {
    let text = format!(" {} ", texts(words).join(" "));
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
fn texts(words: &[Word]) -> Vec<&str> {
    words.iter().map(|word| word.text.as_str()).collect()
}

/// Returns whether a list separated by white space holds a word.
pub(super) fn has(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|listed| listed == word)
}

fn holds(list: &str, text: &str) -> bool {
    list.split(',').any(|expression| text.contains(&format!(" {expression} ")))
}
