//! Customer questions to a bank that does not exist: as many as a story wants, the same ones every time.

use std::fmt::Write;

use serde_json::{Value, json};

/// An intent, words that hint at it, and ways to ask; `{amount}`, `{place}`, `{day}` and `{item}` are filled in.
struct Intent {
    label: &'static str,
    hint: &'static str,
    questions: [&'static str; 5],
}

const AMOUNTS: [&str; 5] = ["£12.50", "340 euros", "$1,999.99", "twenty pounds", "7 000 kr"];
const PLACES: [&str; 5] = ["Zürich", "a petrol station in Leeds", "São Paulo", "the airport", "Kraków"];
const DAYS: [&str; 5] = ["yesterday", "on Monday", "three weeks ago", "this morning", "on 29 February"];
const ITEMS: [&str; 5] =
    ["a \"used\" bike", "train tickets", "two mugs & a plate", "concert seats 🎸", "dinner"];

/// Returns the labeling config: one text, one `Choices` with the twenty intents.
pub(crate) fn config() -> String {
    let mut choices = String::new();
    for Intent { label, hint, .. } in &INTENTS {
        write!(choices, "<Choice value=\"{label}\" hint=\"{hint}\"/>")
            .expect("writing to a string does not fail");
    }
    format!(
        "<View><Text name=\"question\" value=\"$text\"/><Choices name=\"intent\" toName=\"question\" \
         choice=\"single\">{choices}</Choices></View>"
    )
}

/// Returns the names of the intents.
pub(crate) fn labels() -> Vec<&'static str> {
    INTENTS.iter().map(|intent| intent.label).collect()
}

/// Returns `count` tasks, at most 500, each with another text.
pub(crate) fn tasks(count: usize) -> Value {
    (0..count).map(|index| json!({"data": {"text": text(index)}})).collect()
}

/// Returns the text of a number: neighbours have different intents.
fn text(number: usize) -> String {
    let (round, intent) = (number / INTENTS.len(), number % INTENTS.len());
    let (variant, question) = (round / 5, round % 5);
    let slot = (intent + variant) % 5;
    let text = INTENTS[intent].questions[question]
        .replace("{amount}", AMOUNTS[slot])
        .replace("{place}", PLACES[slot])
        .replace("{day}", DAYS[slot])
        .replace("{item}", ITEMS[slot]);
    // Some people sign, some press Enter first.
    match number % 7 {
        0 => format!("{text}\n\nKind regards,\nM. Ålesund"),
        3 => format!("hi!! {text}"),
        _ => text,
    }
}

#[test]
fn five_hundred_texts_are_five_hundred_different_texts() {
    let texts: std::collections::HashSet<String> = (0..500).map(text).collect();
    assert_eq!(texts.len(), 500);
}

const INTENTS: [Intent; 20] = [
    Intent {
        label: "Lost or stolen card",
        hint: "lost, stolen, missing, block",
        questions: [
            "I lost my card {day}, can you block it?",
            "Someone took my wallet in {place} with the card inside.",
            "My card is missing since I paid for {item} {day}.",
            "Please freeze the stolen card, the last payment I made was {amount} {day}.",
            "Left my card in {place} {day}. What now?",
        ],
    },
    Intent {
        label: "Card not arrived",
        hint: "arrive, waiting, delivery",
        questions: [
            "I ordered a card {day} and it is not here yet.",
            "How long does a new card take to {place}?",
            "Still waiting for the card I asked for {day}; I need it for {item}.",
            "Was my card sent to {place} by mistake?",
            "No card in the post, though you charged {amount} for express delivery.",
        ],
    },
    Intent {
        label: "Card payment declined",
        hint: "declined, refused",
        questions: [
            "My payment of {amount} was declined in {place}.",
            "Why did the terminal refuse my card when I bought {item}?",
            "Declined twice {day}, and there is money on the account.",
            "I could not pay for {item} online, it says the bank said no.",
            "The card works here but not in {place}, where they declined {amount}.",
        ],
    },
    Intent {
        label: "Card payment not recognised",
        hint: "recognise, fraud, unknown",
        questions: [
            "There is a payment of {amount} that I never made.",
            "I do not know this merchant in {place}. Is it fraud?",
            "Who took {amount} from my card {day}?",
            "I never bought {item}, yet it is on my statement.",
            "A strange charge from {place} turned up {day}.",
        ],
    },
    Intent {
        label: "Cash withdrawal declined",
        hint: "cash machine, withdraw, ATM",
        questions: [
            "The cash machine in {place} gave me nothing.",
            "I tried to withdraw {amount} {day} and the ATM refused.",
            "No cash for me {day}, although the PIN was right.",
            "Why can I not take out {amount}?",
            "The machine kept saying no when I needed cash for {item}.",
        ],
    },
    Intent {
        label: "Wrong amount of cash",
        hint: "cash, too little, short",
        questions: [
            "I asked the machine for {amount} and got half of it.",
            "The ATM in {place} handed out too little {day}.",
            "My statement says {amount}, but I received less cash {day}.",
            "Ten short! The notes from the machine in {place} did not add up.",
            "I counted the cash right there: it was not {amount}.",
        ],
    },
    Intent {
        label: "Exchange rate",
        hint: "rate, currency, exchange",
        questions: [
            "Which exchange rate did you use for {amount} in {place}?",
            "The rate for {item} looks wrong to me.",
            "What rate do I get if I change {amount} today?",
            "Your app and the payment from {day} show different rates.",
            "Is the exchange rate better {day} than at the weekend when I am in {place}?",
        ],
    },
    Intent {
        label: "Transfer fee",
        hint: "fee, charge, cost",
        questions: [
            "Why did a transfer of {amount} cost a fee?",
            "What do you charge for sending money to {place}?",
            "A fee appeared {day} after my transfer.",
            "Is there a charge when a friend sends me {amount} for {item}?",
            "Nobody told me about the fee for transfers made {day}.",
        ],
    },
    Intent {
        label: "Transfer pending",
        hint: "pending, long, waiting",
        questions: [
            "My transfer of {amount} is pending since I sent it {day}.",
            "When will the money reach {place}?",
            "The seller of {item} says nothing has come in yet.",
            "Still pending! I sent it {day}.",
            "How long may a transfer of {amount} take?",
        ],
    },
    Intent {
        label: "Transfer to the wrong person",
        hint: "wrong, mistake, cancel",
        questions: [
            "I sent {amount} to the wrong account {day}.",
            "Can you call a transfer back? I mistyped the number {day}.",
            "My cousin in {place} got the money for {item} by mistake.",
            "Cancel the transfer of {amount}, please, it is the wrong person!",
            "Two people with one name, and I paid the wrong one {day} for {item}.",
        ],
    },
    Intent {
        label: "Top-up failed",
        hint: "top up, failed",
        questions: [
            "Topping up by {amount} failed {day}.",
            "My top-up from {place} was sent back.",
            "Why can I not add {amount} to my balance?",
            "The app says top-up failed, my other bank says {amount} left {day}.",
            "I need to top up for {item} and it does not work.",
        ],
    },
    Intent {
        label: "Balance not updated",
        hint: "balance, update, deposit",
        questions: [
            "I paid in {amount} in cash {day} and the balance did not move.",
            "My balance still shows what it did {day}.",
            "The cheque for {item} is not in my balance.",
            "When does a deposit made in {place} show up?",
            "Balance is off by {amount}, I think.",
        ],
    },
    Intent {
        label: "Refund not shown",
        hint: "refund, returned, money back",
        questions: [
            "I returned {item} {day} and see no refund.",
            "The shop in {place} says it sent {amount} back.",
            "Where is my refund of {amount}?",
            "They promised the money back {day} for {item}.",
            "How long does a refund from {place} take?",
        ],
    },
    Intent {
        label: "Direct debit not recognised",
        hint: "direct debit, subscription",
        questions: [
            "A direct debit of {amount} went out {day}. I never agreed to it.",
            "Stop the direct debit from {place}, I do not know them.",
            "What is this subscription for {item}?",
            "I cancelled it {day} and they still take {amount} every month.",
            "Who set up a direct debit for {item}?",
        ],
    },
    Intent {
        label: "Change PIN",
        hint: "PIN, code",
        questions: [
            "How do I change my PIN while I am in {place}?",
            "I want another PIN since somebody saw it {day}.",
            "Can any machine in {place} change the code?",
            "I changed my PIN {day} and now neither works.",
            "Forgot the PIN when I paid for {item}.",
        ],
    },
    Intent {
        label: "Unblock PIN",
        hint: "blocked, attempts, locked",
        questions: [
            "Three wrong attempts {day} and the PIN is blocked.",
            "Please unlock my card, I stand in {place} and cannot pay.",
            "Blocked, because I mixed up two codes buying {item}.",
            "How do I unblock the PIN {day}?",
            "PIN locked after I tried to take out {amount}.",
        ],
    },
    Intent {
        label: "Verify identity",
        hint: "identity, passport, verify",
        questions: [
            "My passport photo was rejected {day}.",
            "Why must I verify my identity to send {amount}?",
            "You ask for a document, mine is from {place}.",
            "Identity check stuck since I tried {day}.",
            "I only want to buy {item}; why do you need my passport?",
        ],
    },
    Intent {
        label: "Edit personal details",
        hint: "address, name, moved",
        questions: [
            "I moved to {place} {day}, where do I change the address?",
            "My name is spelled wrong since {day}.",
            "New phone number {day}. How do I tell you?",
            "Please send letters to {place} from now on.",
            "I married {day} and need my new name on the card before I pay for {item}.",
        ],
    },
    Intent {
        label: "Close account",
        hint: "close, terminate, delete",
        questions: [
            "I want to close my account {day}.",
            "How do I get {amount} out before I leave you?",
            "Delete my account, please, I am moving to {place}.",
            "Closing: what about the open payment for {item}?",
            "Terminate my contract as I wrote {day}.",
        ],
    },
    Intent {
        label: "Virtual card",
        hint: "virtual, disposable, online only",
        questions: [
            "Can I have a virtual card for {item}?",
            "My disposable card was charged {amount} twice.",
            "Where do I see the number of the virtual card I made {day}?",
            "Does a virtual card work in {place}?",
            "The online-only card vanished {day} from the app.",
        ],
    },
];
