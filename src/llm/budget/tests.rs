//! The account alone: what holds whatever the order, and who waits for whom.

use futures::FutureExt;
use futures::future::join_all;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

const PRICE: Price = Price { input: 1.0, output: 4.0, cached: Some(0.5) };

fn usage(prompt_tokens: u64, completion_tokens: u64) -> Usage {
    Usage { requests: 1, prompt_tokens, completion_tokens, ..Usage::default() }
}

fn tokens(limit: u64) -> Budget {
    Budget::new(Limits { tokens: Some(limit), cost: None }, None)
}

/// Returns what a reservation that can be made at once is made of.
fn reserve<'a>(budget: &'a Budget, worst: &Usage) -> Option<Result<Reservation<'a>, String>> {
    budget.reserve(worst).now_or_never()
}

fn total(budget: &Budget) -> Amount {
    let state = budget.state();
    state.spent.plus(state.reserved)
}

proptest! {
    /// An attempt is its worst case and the hundredths of it that are used.
    #[test]
    fn whatever_the_order_no_limit_is_exceeded_and_nothing_is_lost(
        limits in (1..20_000_u64, 0.0..0.05_f64),
        attempts in vec(((0..900_u64, 0..900_u64), 0..=100_u64, any::<Index>()), 1..60),
    ) {
        let budget = Budget::new(Limits { tokens: Some(limits.0), cost: Some(limits.1) }, Some(PRICE));
        let mut held: Vec<(Reservation<'_>, Usage)> = Vec::new();
        let mut expect = Amount::default();
        for ((prompt, completion), share, index) in attempts {
            let worst = usage(prompt, completion);
            let used = usage(prompt * share / 100, completion * share / 100);
            let used = Usage { cached_tokens: share, ..used };
            match reserve(&budget, &worst) {
                Some(Ok(reservation)) => held.push((reservation, used)),
                Some(Err(_)) => prop_assert!(!expect.plus(budget.amount(&worst, None)).fits(budget.most)),
                None => prop_assert!(!held.is_empty(), "who waits waits for somebody"),
            }
            prop_assert!(total(&budget).fits(budget.most));
            if share % 2 == 0 && !held.is_empty() {
                let (reservation, used) = held.swap_remove(index.index(held.len()));
                expect = expect.plus(budget.amount(&used, None));
                reservation.settle(&used, None);
            }
            prop_assert_eq!(budget.spent(), expect);
        }
        for (reservation, used) in held {
            expect = expect.plus(budget.amount(&used, None));
            reservation.settle(&used, None);
        }
        prop_assert_eq!((budget.spent(), budget.state().reserved), (expect, Amount::default()));
        prop_assert!(expect.fits(budget.most));
    }
}

#[test]
fn what_is_left_is_reserved_to_the_last_token() {
    let budget = tokens(100);
    let first = reserve(&budget, &usage(40, 20)).unwrap().unwrap();
    assert!(reserve(&budget, &usage(41, 0)).is_none(), "it waits");
    let second = reserve(&budget, &usage(40, 0)).unwrap().unwrap();
    first.settle(&usage(40, 20), None);
    second.settle(&usage(30, 0), None);
    assert!(reserve(&budget, &usage(10, 0)).unwrap().is_ok(), "what was not used is there again");
    assert_eq!(budget.spent().tokens, 100, "what is dropped is charged whole");
}

#[test]
fn what_can_never_fit_is_told_what_was_spent_and_leaves_the_rest_to_others() {
    let budget = Budget::new(Limits { cost: Some(1.0), tokens: Some(1 << 40) }, Some(PRICE));
    reserve(&budget, &usage(0, 240_000)).unwrap().unwrap().settle(&usage(0, 240_000), Some(0.97));
    let words =
        "the budget of $1.00 does not cover the next request, which may cost up to $0.0500; $0.9700 used";
    assert_eq!(reserve(&budget, &usage(50_000, 0)).unwrap().unwrap_err(), words);
    reserve(&budget, &usage(1, 0)).unwrap().unwrap().settle(&usage(1, 0), None);
    let budget = tokens(50);
    let words = "the budget of 50 tokens is too small for a request, which may use up to 51";
    assert_eq!(reserve(&budget, &usage(50, 1)).unwrap().unwrap_err(), words);
}

#[test]
fn a_server_that_counts_more_than_the_worst_case_ends_the_run() {
    let budget = Budget::new(Limits { cost: Some(1.0), tokens: Some(1_000) }, Some(PRICE));
    let (lie, other) = (reserve(&budget, &usage(10, 10)).unwrap(), reserve(&budget, &usage(10, 10)).unwrap());
    lie.unwrap().settle(&usage(u64::MAX, u64::MAX), Some(f64::MAX));
    assert_eq!(budget.spent(), Amount { tokens: u64::MAX, nanodollars: u64::MAX });
    assert!(reserve(&budget, &usage(1, 1)).unwrap().is_err(), "nobody waits for the other");
    other.unwrap().settle(&usage(10, 10), None);
    assert_eq!(budget.state().reserved, Amount::default());
}

#[test]
fn the_higher_of_two_costs_counts() {
    let budget = Budget::new(Limits::default(), Some(PRICE));
    let check = |named, expect| assert_eq!(budget.amount(&usage(1_000, 0), named).nanodollars, expect);
    check(None, 1_000_000);
    check(Some(0.0001), 1_000_000);
    check(Some(0.01), 10_000_000);
    let free = Budget::new(
        Limits { cost: Some(0.01), tokens: None },
        Some(Price { input: 0.0, output: 0.0, cached: None }),
    );
    assert!(reserve(&free, &usage(u64::MAX, u64::MAX)).unwrap().is_ok());
}

#[tokio::test(start_paused = true)]
async fn who_comes_first_is_served_first_and_nobody_waits_for_ever() {
    let budget = tokens(100);
    let order = Mutex::new(Vec::new());
    let ask = async |number: u64, worst: u64| {
        let reservation = budget.reserve(&usage(worst, 0)).await.unwrap();
        order.lock().unwrap().push(number);
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        reservation.settle(&usage(1, 0), None);
    };
    // The small ones behind the large one would fit, but do not overtake it.
    join_all([(0, 60), (1, 90), (2, 5), (3, 5), (4, 80)].map(|(number, worst)| ask(number, worst))).await;
    assert_eq!(*order.lock().unwrap(), [0, 1, 2, 3, 4]);
    assert_eq!(budget.spent().tokens, 5);
}

#[tokio::test]
async fn who_gives_up_waiting_holds_up_nobody() {
    let budget = tokens(10);
    let holder = reserve(&budget, &usage(8, 0)).unwrap().unwrap();
    let (small, large) = (usage(2, 0), usage(9, 0));
    let mut patient = Box::pin(budget.reserve(&small));
    {
        let mut impatient = Box::pin(budget.reserve(&large));
        assert!(impatient.as_mut().now_or_never().is_none());
        assert!(patient.as_mut().now_or_never().is_none(), "the other came first");
    }
    patient.await.unwrap().settle(&usage(2, 0), None);
    holder.settle(&usage(8, 0), None);
    assert_eq!(budget.spent().tokens, 10);
}
