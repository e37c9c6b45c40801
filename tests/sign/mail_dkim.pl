#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
# Verifies the RSA signatures of mails with Mail::DKIM, without DNS (it knows no Ed25519).
#
# usage: mail_dkim.pl KEYRING MAIL.eml...
#
# Prints a line per signature; exits with 1 when an RSA signature fails or a mail has none, with 77
# when Mail::DKIM is missing.
use strict;
use warnings;
no warnings qw(once redefine);
exit 77 if !eval { require Mail::DKIM::Verifier; 1 };

package Record;
sub type    { return 'TXT' }
sub txtdata { return $_[0]->{text} }

package main;
my (%records, $bad);
my $keyring = shift @ARGV;
open my $in, '<', $keyring or die "$keyring: $!\n";
while (<$in>) {
    my ($name, $record) = /^(\S+) (.*\S)/ or next;
    $records{lc $name} = $record;
}
close $in;
*Mail::DKIM::DNS::query = sub {
    my $text = $records{lc $_[0]};
    return $text ? bless({ text => $text }, 'Record') : ();
};
for my $path (@ARGV) {
    open my $mail, '<:raw', $path or die "$path: $!\n";
    local $/;
    my $text = <$mail>;
    close $mail;
    my $verifier = Mail::DKIM::Verifier->new;
    $verifier->PRINT($text);
    $verifier->CLOSE;
    my $good = 0;
    for my $signature ($verifier->signatures) {
        next if $signature->algorithm !~ /^rsa/;
        my $result = $signature->result;
        print "$result d=", $signature->domain, " s=", $signature->selector, " ",
          $signature->result_detail, "\n";
        $good++ if $result eq 'pass';
        $bad = 1 if $result ne 'pass';
    }
    $bad = 1 if !$good;
}
exit($bad ? 1 : 0);
