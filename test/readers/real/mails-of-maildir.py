"""Prints the mails of a maildir as JSON, as rss2email has written them."""

import email
import email.policy
import json
import mailbox
import sys


def item(message):
    return {
        "id": message["X-RSS-ID"],
        "title": message["Subject"],
        "link": message["X-RSS-URL"],
        "text": message.get_content(),
        "messageId": message["Message-ID"],
        "inReplyTo": message["In-Reply-To"],
    }


def parse(file):
    return email.message_from_binary_file(file, policy=email.policy.default)


# Sorted, because a folder has no order of its own: twice the same mails are to be twice the same text.
box = mailbox.Maildir(sys.argv[1], factory=parse)
print(json.dumps([item(box[key]) for key in sorted(box.keys())]))
