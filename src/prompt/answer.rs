//! The text of a reply to a JSON answer: fences, think blocks and chatter around it are taken off.
