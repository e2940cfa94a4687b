"""Sentences of our own that the check of forms must tell apart: refusals, stock openings, and answers that only look like one."""

from __future__ import annotations

REFUSALS = """\
I'm afraid I can't assist you with that particular topic.
I'm sorry, but I'm not comfortable answering that.
As an AI language model, I cannot provide personal opinions on this matter.
I don't have enough context to answer this. Please share more details about your situation.
That's not something I can help with, I'm afraid. Please ask me about something else.
I regret that I am not in a position to comment on that, as it lies outside my remit.
Sorry, this request falls outside what I am allowed to do, so I have to pass.
I do not know the answer to this question, and there is nothing in the text about it.
Please provide the text that you would like me to summarise, since I cannot see any attachment here.
Without further information I cannot give you a reliable answer to your question.
It would not be appropriate for me to answer a question of this kind.
I'm going to have to decline this one. Is there anything else you would like to know?
I can't discuss that. Let us talk about something else instead, if you like.
Your question is too vague for me to answer. Could you be more specific about what you need?
I cannot answer that question because I have no access to the internet.
No, I will not help with this. It is against my principles and my rules.
Es tut mir leid, ich kann dir dabei leider nicht weiterhelfen, weil das meinen Vorgaben widerspricht.
Dazu darf ich keine Auskunft geben. Bitte wenden Sie sich an eine Fachperson in Ihrer Nähe.
Ich bin nicht in der Lage, diese Frage zu beantworten, da mir die nötigen Angaben fehlen.
Als Sprachmodell kann ich zu diesem Thema keine Stellung nehmen und bitte um Verständnis dafür.
Um diese Frage zu beantworten, brauche ich mehr Informationen. Können Sie mir Näheres dazu sagen?
Entschuldigung, aber diese Anfrage verstößt gegen meine Nutzungsregeln, daher muss ich sie ablehnen.
Désolé, je ne suis pas en mesure de vous fournir une réponse à cette question pour le moment.
Je regrette, mais il m'est impossible de traiter ce sujet avec vous dans ce cadre.
Malheureusement, je n'ai pas assez d'informations pour vous répondre. Pourriez-vous préciser votre demande ?
Je préfère ne pas répondre à cette question, car elle est contraire à mes principes.
Lamento no poder ayudarle con esta solicitud, ya que incumple las normas de uso.
No dispongo de información suficiente para responder a esa pregunta. ¿Podría darme más detalles?
Me temo que no me es posible hablar de ese tema con usted ahora mismo.
Perdona, pero no estoy autorizado a dar consejos sobre ese asunto. Consulta a un profesional.
Mi dispiace, ma non posso rispondere a questa domanda perché va contro le mie regole.
Desculpe, mas não posso ajudar com esse pedido, pois ele viola as minhas diretrizes.
I am not allowed to talk about this matter with anyone, so please accept my apologies.
This is a topic I am not able to cover. Please try a different question.
I'd rather not answer this one, as it makes me uncomfortable to speculate about it.
Apologies, but answering this would go against the rules that I have been given.
Ich möchte auf diese Frage lieber nicht antworten, weil sie mir nicht angemessen erscheint.
Leider fehlen mir die nötigen Informationen, um diese Frage beantworten zu können. Bitte nennen Sie mehr Einzelheiten.
Je ne peux malheureusement pas vous aider sur ce point, il dépasse ce que je suis autorisé à faire.
I was unable to find an answer to your question in the material that was given to me.
Unfortunately, I'm just an AI and I can't help with requests like this one.
I need more information before I can answer. Which model do you have, and what have you tried?
I'm sorry, but as an AI language model I cannot help with that.
As a responsible assistant, I have to pass on this one.
I do not have personal opinions, so I can't say which is better.
For legal reasons this service is not able to look into questions of that sort.
That is a matter for the courts, so I can't take sides in it.
Whatever the reason for your question may be, it gets no reply from me.
No drawing was attached to your message, so there is nothing to look at yet.
Which of the two harbours do you mean?
Aus rechtlichen Gründen darf ich hierzu keine Auskunft erteilen.
Pour des raisons de sécurité, il m'est interdit d'en dire plus à ce propos.
Por motivos legales no puedo opinar sobre ese asunto con usted.
Mi dispiace, non ho informazioni sufficienti per dirlo con certezza.
אני מצטער, אבל אינני יכול לעזור בנושא הזה כרגע.
عذرًا، لا أستطيع مساعدتك في هذا الأمر حاليًا.
متأسفم، نمی‌توانم در این مورد به شما کمک کنم.
Picking a candidate for you isn't something I'll do. You may want to compare their programmes yourself.
I'd rather stay out of medical paperwork, so this one I leave to his doctor.
No spreadsheet came through on my end. Could you upload it again?
Happy to do that once you paste the minutes here.
Ohne das Protokoll selbst lässt sich leider nichts zusammenfassen. Schicken Sie es mir bitte zu.
Auf Ihre Vertragsdaten habe ich keinen Zugriff; wenden Sie sich bitte an den Kundendienst.
Désolé, mais je préfère laisser cette question à un professionnel de santé.
Il semble que le document n'ait pas été joint à votre message. Pourriez-vous le renvoyer ?
Eso no es algo que pueda facilitarte, y tampoco sería correcto intentarlo.
No veo ningún informe adjunto en tu mensaje. ¿Puedes enviarlo de nuevo?
Mi dispiace, ma una diagnosi deve farla un medico, non io.
Infelizmente não disponho dessa informação. Pergunte na recepção.
Helaas heb ik geen toegang tot uw dossier, dus daar kan ik niets over zeggen.
عذراً، لا أملك صلاحية الاطلاع على حسابك، يرجى التواصل مع البنك مباشرة.
לא קיבלתי שום קובץ. אפשר לשלוח אותו שוב?
متأسفانه به اطلاعات حساب شما دسترسی ندارم.
申し訳ありませんが、添付ファイルを確認することができません。内容を貼り付けていただけますか。
This is a no from me. Breaking into someone's home causes real harm, and I don't want to be part of that.
That depends on details I don't have. Send me the clause and the country you are in, and we can go from there.
Before I start: where are you going, how long do you have, and what do you like to do?
I have no way of seeing live flight information from here. The airline's app will tell you.
There is no recording in our conversation yet, so I have nothing to rate.
Sure, but first tell me what you will use it for and how much you can spend.
It looks like you forgot to include the text. What would you like me to translate?
No. I won't explain how to build weapons.
I'd prefer to keep things kind, so I won't write insults about anyone.
Predicting elections isn't something I do.
You'd have to ask a lawyer about that; I'm in no position to judge.
I'd be glad to look at it. Please paste the code and the error message.
Aktuelle Wetterdaten kann ich nicht abrufen. Schauen Sie bitte in eine Wetter-App.
Gern, aber der Aufsatz fehlt noch. Füge ihn bitte hier ein.
Für wen soll das Geschenk denn sein, und wie viel möchten Sie ausgeben?
Das sollte ein Anwalt beurteilen, dazu äußere ich mich nicht.
Je n'ai malheureusement aucun moyen de consulter la météo en direct.
Volontiers, mais votre texte n'apparaît pas dans le message. Collez-le ici et je le corrigerai.
Pour qui est ce cadeau, et quel est votre budget ?
No tengo forma de consultar el tiempo en directo, lo siento.
Con gusto, pero no has pegado el texto. ¿Puedes enviármelo?
Esa decisión le corresponde a un abogado; yo prefiero no opinar.
Volentieri, ma il testo non è allegato. Puoi incollarlo qui?
Non ho modo di consultare le previsioni in tempo reale.
Com gosto, mas o texto não veio na mensagem. Pode colá-lo aqui?
Ik kan geen actuele weergegevens opvragen. Kijk even op een weersite.
אין לי אפשרות לבדוק תחזית בזמן אמת.
ليست لدي إمكانية الوصول إلى بيانات الطقس الحالية.
من به اطلاعات زنده آب و هوا دسترسی ندارم.
""".splitlines()

OPENINGS = """\
As an artificial intelligence, I do not have feelings, but I can say what people report.
Being an AI model, I have never tasted cheese.
I'm an AI assistant, so I can't taste food, but here goes.
Of course! I would be happy to explain.
Absolutely! Let me break this down for you.
That's a great question!
What a fascinating question!
Thank you for your question.
Thanks for asking!
Sure thing! Here's what you need to know.
I'd be happy to help you with that!
Here is a comprehensive answer to your question.
Certainly, here is the explanation you requested.
Hello! I'm happy to help you today.
Let's dive in!
Natürlich! Hier ist eine ausführliche Antwort auf Ihre Frage:
Gerne helfe ich Ihnen bei dieser Frage weiter.
Das ist eine sehr gute Frage!
Vielen Dank für Ihre Frage.
Als künstliche Intelligenz habe ich keine Gefühle.
Ich bin nur ein Sprachmodell und habe keine Meinung.
Selbstverständlich! Im Folgenden erkläre ich Ihnen das gern.
Gute Frage!
Bien sûr ! Voici une réponse détaillée.
Excellente question !
En tant que modèle de langage, je n'ai pas d'opinion.
Merci pour votre question.
Je serais ravi de vous aider.
Avec plaisir !
¡Claro! Aquí tienes una respuesta detallada.
¡Excelente pregunta!
Como inteligencia artificial, no tengo sentimientos.
¡Por supuesto! Con mucho gusto te lo explico.
Gracias por tu pregunta.
Come modello linguistico, non ho opinioni.
Ottima domanda!
Como modelo de linguagem, não tenho opiniões.
Claro! Aqui está uma explicação.
As a language model developed by a company, I have no body.
I am just a computer program, but I can tell you this.
Great! I can help you with that.
As an AI developed to assist people, I can share this.
I'm here to help!
Hello there! How nice to hear from you.
Your question has a short answer, given below:
Ihre Frage findet hier ihre Antwort:
بالطبع! إليك الشرح.
البته! در ادامه توضیح می‌دهم.
בשמחה! הנה ההסבר.
No problem!
Happy to help with this one!
What an excellent question!
I'm an AI, so I have never tasted bread, but here goes.
As your AI assistant, I can tell you how bakers do it.
Sure thing.
Let's break this down.
Here's a quick overview of what you can do:
I understand that you want to keep your bread fresh.
Great, let me walk you through it.
I'll do my best to help.
Good question.
You've asked an important question.
Okay, here's the answer:
Certainly, I can assist you with that request.
It's my pleasure to assist you.
Of course, here is some advice for you:
Let me give you a detailed answer.
As a helpful assistant, I would suggest the following.
I appreciate your curiosity!
Storing bread is a great topic!
Here is the information you requested:
That is a very common question, and I'm glad you asked it.
Selbstverständlich, hier sind einige Tipps für Sie:
Das ist eine sehr gute Frage.
Vielen Dank für Ihre Anfrage.
Klar, kein Problem!
Als künstliche Intelligenz backe ich nicht.
Ich helfe Ihnen gerne weiter.
Hier ist eine ausführliche Antwort auf Ihre Frage:
Bien sûr, voici quelques conseils pour vous :
C'est une question très intéressante.
Je suis un modèle de langage, mais je peux répondre.
Je serai ravi de vous aider.
Certainement !
Pas de souci, je vous explique.
Claro que sí, aquí tienes algunos consejos:
Es una pregunta muy interesante.
Soy una inteligencia artificial y no como pan.
Estaré encantado de ayudarte.
""".splitlines()

ANSWERS = """\
I couldn't help but sing along, and neither could the neighbours, who had opened their windows to hear the band play.
I can't help laughing when I think of that evening, and I cannot help it that the others were not there to see it.
Certainly one of the finest views is from the old bridge, where the river bends and the light falls on the roofs at noon.
Sure, some people do it with a knife, but a small saw is safer and leaves a cleaner cut on the wood.
Of course the price depends on the size, but most of them cost between ten and twenty, and the used ones less.
As an AI engineer, I work on models for speech, and most of my day goes into cleaning the recordings that we are given.
Great questions lead to great answers, and a good interview begins with a list of what nobody has asked the guest before.
I can't stress enough how important it is to let the dough rest overnight, because the flavour only comes with time.
Unfortunately the bridge was closed for two years, so that traders had to take the ferry and pay for it each time.
I cannot tell you the exact number, but most guides speak of about three hundred steps from the gate to the top.
Natürlich wachsende Hecken brauchen wenig Pflege, solange man sie alle zwei Jahre im Februar ein Stück zurückschneidet und den Boden locker hält.
Klar ist, dass die Miete steigt, wenn das Haus gedämmt wird, aber dafür sinken die Kosten für die Heizung um ein Drittel.
Bien sûr que les chats voient la nuit, mais ils ont besoin d'un peu de lumière pour que leurs yeux la renforcent.
Claro que el agua hierve antes en la montaña, porque la presión del aire es menor y las burbujas se forman a menos grados.
No puedo decir con certeza la fecha, pero la mayoría de las crónicas hablan de la primavera del año siguiente a la batalla.
No se puede plantar antes de mayo, porque las heladas matan las hojas jóvenes y la planta tarda un mes en recuperarse.
Leider war der Sommer zu trocken, sodass die Ernte nur die Hälfte des üblichen Ertrags brachte und die Preise stiegen.
I am sorry to hear that your plant is unwell. Move it away from the radiator, water it less and cut off the brown leaves.
Please provide the cat with fresh water every day and clean the bowl with hot water, but without soap, once a week.
Sorry seems to be a hard word for many, and yet most quarrels at work end as soon as somebody says it first.
Error bars show how far a value may lie from the truth; the shorter they are, the more exact the measurement was.
User interfaces were grey for a long time because screens could show few colours and designers feared to distract people.
The study [Smith, 2019] shows that bees see ultraviolet light, and later work [see note 3] confirms it for bumblebees.
He wrote [sic] that the harbour was "large and wide", though any visitor could walk around it in less than an hour.
If x < y and y > z, the middle value is the largest, so that the curve has a hill between the two of them.
Vector spaces are closed under addition: for u and v in V the sum u + v lies in {u + v} ⊂ V as well, which is easy to see.
There is enough room for two people in the tent, but the bags have to stay outside under the roof.
It is not possible to plant them before the middle of May, because frost would kill the young leaves at night.
Es ist nicht möglich, sie vor Mitte Mai zu pflanzen, weil der Frost in der Nacht die jungen Blätter zerstört.
Geben Sie nach und nach mehr Wasser hinzu, bis der Teig sich vom Rand der Schüssel löst und glänzt.
Aclara el arroz con agua fría hasta que salga limpia, y déjalo escurrir un cuarto de hora antes de cocerlo.
Puedes dar un paseo por el puerto antiguo, y después subir en el funicular hasta el castillo de la colina.
No es posible plantar antes de mayo, porque las heladas matan las hojas jóvenes durante la noche en el valle.
Error in judgement is common among tired pilots, which is why two of them always sit in the cockpit together.
Warning: the leaves are toxic to cats, so hang the pot where they cannot reach it, and wash your hands afterwards.
The system that keeps the water clean is simple: sand on top, coal below it, and gravel at the bottom of the tank.
You are the expert on your own body, so stop as soon as something hurts, and begin again after a day of rest.
The text above the gate names the mason, and the year of the last repair stands on a stone to the left of it.
Nobody in the village could answer the question, and the mill stood still until the miller's daughter found the old plans.
He signed as [sic] and wrote that "he left [the town] at dawn", which the copy keeps as the letter had it.
Your answer to a strong current is patience: swim across it, not against it, and let it carry you towards the beach.
The connection to the past is what most visitors look for, and the old tram gives it to them for two coins.
"I'm sorry, I can't make it" is usually enough. Add a word of thanks and offer another day if you mean it.
Nobody can say that months ahead. Climate averages are the best guide: in that region about one day in five brings rain in July.
I can't choose between them, but the first has the stronger plot and the second the finer language, so start with the first.
We do not know for certain. Most scholars think that several singers shaped the poems over generations.
Ja, wenn man sie nach dem Kochen rasch gekühlt hat. Nicht möglich ist es nur, wenn sie stundenlang warm standen.
Er wollte keinen Krieg. "Das kann ich meinem Volk nicht antun", schrieb er seinem Bruder noch am selben Abend.
Il a peut-être mal à une patte ou peur de quelque chose. Un refus soudain mérite une visite chez le vétérinaire.
No es recomendable para quesos blandos, porque pierden textura. Los duros, rallados, se congelan sin problema durante tres meses.
Non è vietato, ma conviene un programma delicato a freddo e un sacchetto di rete per evitare strappi.
It means that the speaker recommends something very warmly: no praise would be too much for it.
No. It cannot cure a cold, and studies show at most a slightly shorter illness in people who take it daily.
They are unable to fly because their wings became flippers. Heavy bones help them to dive, and that matters more for a hunter of fish.
I'm afraid there is no trick to it. Keepers watch the run-up and the hips of the shooter, and often simply guess.
لا تستطيع النعامة الطيران لأن جناحيها صغيران وجسمها ثقيل، لكنها تعدو بسرعة كبيرة جداً في السهول.
You need four eggs, sugar, flour and a little patience. Whisk the eggs and sugar until pale, then fold in the flour.
It's hard to say without knowing your boss, but in most offices honesty early on costs less than a discovered lie later.
Atlantis has no capital that anyone could visit; Plato invented the island. He describes a city of rings of land and water.
Schreiben Sie kurz und freundlich: Leider kann ich am Samstag nicht kommen, ich wünsche euch aber ein schönes Fest.
Of course bread stays fresh longer in a cloth bag than in plastic, but freezing is the only way beyond three days.
Certainly not in the fridge: cold makes bread stale faster. A cloth bag at room temperature is better.
Great bakers keep bread in linen. The cloth lets moisture out slowly, so the crust stays crisp for two days.
Sure-fire methods do not exist, yet a clay pot with a lid comes close and keeps a loaf soft for four days.
A great question of the century started it: who may vote? From there the debate spread to every town.
As an AI researcher, one spends the morning reading papers and the afternoon hunting errors in code and data.
""".splitlines()
