"""Prints the mails that rss2email wrote to a maildir as JSON."""

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


# Sorted, because a folder has no order, and equal mails must give equal output.
box = mailbox.Maildir(sys.argv[1], factory=parse)
print(json.dumps([item(box[key]) for key in sorted(box.keys())]))
